import { SaxesParser } from 'saxes';
import { MAX_XML_ATTRIBUTES, MAX_XML_DEPTH, MAX_XML_TEXT_CHARS } from '../limits.ts';
import type { Damage } from '../model.ts';

/** What an element says when it ends: its name without prefix, its attributes, its own text. */
export interface XmlReader {
  open(name: string, attributes: Readonly<Record<string, string>>): void;
  close(name: string, text: string): void;
  /** True when no more is to be read; the rest of the file is left alone. */
  isFull(): boolean;
}

const CHUNK_CHARS = 65_536;

/** Thrown through the parser to stop it. */
class XmlStop extends Error {
  override readonly name = 'XmlStop';
}

/**
 * Hands the elements of a file to `reader` one after the other. The text ends at the first fault, which is
 * answered with its line; what came before has been handed over. Entities of a DTD are not expanded, depth, attributes and
 * texts are bounded: memory is a small multiple of the file.
 */
export function walkXml(bytes: Uint8Array, reader: XmlReader): Damage | undefined {
  const parser = new SaxesParser({ position: true, xmlns: false });
  const texts: string[] = [];
  let attributeCount = 0;
  parser.on('error', (fault) => {
    throw new XmlStop(withoutPosition(fault.message));
  });
  parser.on('attribute', () => {
    attributeCount += 1;
    if (attributeCount > MAX_XML_ATTRIBUTES) throw new XmlStop('an element has too many attributes');
  });
  parser.on('opentag', ({ name, attributes }) => {
    attributeCount = 0;
    texts.push('');
    if (texts.length > MAX_XML_DEPTH) throw new XmlStop('elements lie too deep in each other');
    reader.open(localNameOf(name), attributes);
  });
  const addText = (text: string) => {
    const before = texts.at(-1);
    if (before === undefined || before.length + text.length > MAX_XML_TEXT_CHARS) return;
    texts[texts.length - 1] = before + text;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', ({ name }) => reader.close(localNameOf(name), (texts.pop() ?? '').trim()));
  return run(parser, textOf(bytes), reader);
}

function run(parser: SaxesParser, text: string, reader: XmlReader): Damage | undefined {
  try {
    for (let at = 0; at < text.length; at += CHUNK_CHARS) {
      if (reader.isFull()) return undefined;
      parser.write(text.slice(at, at + CHUNK_CHARS));
    }
    parser.close();
    return undefined;
  } catch (fault) {
    const reason = fault instanceof XmlStop ? fault.message : 'the XML cannot be read on';
    return { where: `line ${parser.line}`, reason };
  }
}

/** Marks at the beginning tell UTF-16; all else is read as UTF-8, as both formats ask for. */
function textOf(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}

/** The parser writes `12:34: unclosed tag: name`; what it quotes of the file stays out. */
const withoutPosition = (message: string): string =>
  (message.replace(/^\d+:\d+: /, '').split(/[:"<]/, 1)[0] ?? '').trim().slice(0, 100) || 'the XML is damaged';

const localNameOf = (name: string): string => name.slice(name.indexOf(':') + 1);
