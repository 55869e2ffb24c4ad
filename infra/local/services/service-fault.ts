/** A refusal in the words of the AWS service: the SDK makes an error of this name from it. */
export class ServiceFault extends Error {
  override readonly name = 'ServiceFault';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
