/** One edit that a device made, as the app saw it. */
export interface LocalEdit {
  readonly device: string;
  /** Order on the device. */
  readonly order: number;
  readonly type: string;
  readonly id: string;
  readonly op: 'create' | 'update' | 'delete';
  readonly data: Readonly<Record<string, unknown>>;
  /** The version of the row that the app saw; undefined: the server had told of none. */
  readonly seenVersion: number | undefined;
  /** The app was told that it is kept; else the process ended first, and it may be there or not. */
  readonly isAcknowledged: boolean;
}

/** Everything that was edited on any device, in the order of each device. */
export class EditLedger {
  readonly edits: LocalEdit[] = [];

  /** Notes an edit before it is made; answers how to say that it was kept, or was not. */
  begin(edit: Omit<LocalEdit, 'order' | 'isAcknowledged'>): {
    acknowledged(id?: string): void;
    refused(): void;
  } {
    const order = this.edits.length;
    this.edits.push({ ...edit, order, isAcknowledged: false });
    return {
      acknowledged: (id = edit.id) => {
        this.edits[order] = { ...edit, id, order, isAcknowledged: true };
      },
      refused: () => {
        this.edits[order] = { ...edit, order, data: {}, op: 'update', isAcknowledged: false };
      },
    };
  }
}
