import type { EntityDefinition } from '../entity.ts';
import { count, entries, flag, instant, latest, name, note, optionalTo, Text, texts } from '../fields.ts';

const LEVEL = 10;

/** What a user writes down, alone or about a product, a session or a consumption. */
export const journalEntries: EntityDefinition = {
  type: 'journal_entries',
  order: 4,
  policy: 'merge',
  onMissing: 'create',
  id: 'uuid',
  fields: {
    title: name(),
    content: latest(Text(20_000)),
    mood: name(),
    writtenAt: instant(),
    tags: texts(50, 64),
    reactions: entries(50, 200),
    isPrivate: flag(),
    energyLevel: count(LEVEL),
    focusLevel: count(LEVEL),
    stressLevel: count(LEVEL),
    sleepQuality: count(LEVEL),
    symptomsBefore: texts(50, 100),
    symptomsAfter: texts(50, 100),
    painAreas: texts(50, 100),
    photos: texts(20, 2_000),
    voiceMemo: latest(Text(2_000)),
    weather: note(),
  },
  references: {
    productId: optionalTo('products'),
    sessionId: optionalTo('sessions'),
    consumptionId: optionalTo('consumptions'),
  },
  rules: [],
};
