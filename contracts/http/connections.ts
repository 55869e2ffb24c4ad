import * as z from 'zod';
import { idText } from '../primitives/text.ts';
import { InstantText } from '../primitives/time.ts';
import { ReturnAddress } from './return-address.ts';
import { SyncCounts, SyncStatus } from './syncs.ts';

export const Provider = z
  .object({
    name: z.string().meta({ description: 'As in paths and sources' }),
    title: z.string(),
    configured: z
      .boolean()
      .meta({ description: 'Whether the deployment has an application at the provider' }),
    backfillDays: z.int().nullable().meta({ description: 'How far back a backfill may go; null: any day' }),
    dataTypes: z.array(
      z.object({
        type: z.string().meta({ description: "The provider's word, for backfills" }),
        title: z.string(),
        metrics: z.array(z.string()),
        records: z.array(z.enum(['sleep', 'workout'])),
      }),
    ),
  })
  .meta({ id: 'Provider' });
export type Provider = z.infer<typeof Provider>;

export const ListProvidersAnswer = z.object({ providers: z.array(Provider) }).meta({ id: 'ProviderList' });
export type ListProvidersAnswer = z.infer<typeof ListProvidersAnswer>;

/** The body may be left out. */
export const AuthorizeRequest = z
  .strictObject({
    redirectUri: ReturnAddress.optional().meta({
      description: 'Where the person goes afterwards, one of oauthRedirectUris; a page of ours when absent',
    }),
  })
  .meta({ id: 'AuthorizeRequest' });
export type AuthorizeRequest = z.infer<typeof AuthorizeRequest>;

export const AuthorizeAnswer = z
  .object({
    url: z.url().meta({ description: 'Open it in a browser: the person consents there' }),
    state: z
      .string()
      .meta({ description: 'Comes back to redirectUri, so that you know which consent it was' }),
    expiresAt: InstantText,
  })
  .meta({ id: 'AuthorizeAnswer' });
export type AuthorizeAnswer = z.infer<typeof AuthorizeAnswer>;

export const TicketAnswer = z
  .object({
    ticket: z.string(),
    url: z.url().meta({ description: 'Of ours; good once, for 60 seconds' }),
    expiresAt: InstantText,
  })
  .meta({ id: 'ConnectTicket' });
export type TicketAnswer = z.infer<typeof TicketAnswer>;

export const OpenConsentQuery = z.object({ ticket: z.string().min(1).max(200) });

/** What providers add to it differs: an error, scopes, a verifier. It is read by the provider's own rules. */
export const FinishConsentQuery = z.looseObject({
  state: z.string().max(4_096).optional(),
  code: z.string().max(4_096).optional(),
  error: z.string().max(4_096).optional(),
});

export const ConnectionStatus = z.enum(['connected', 'needs_reauth', 'disconnected']);

export const Connection = z
  .object({
    id: idText('con'),
    provider: z.string(),
    status: ConnectionStatus.meta({
      description: '`needs_reauth`: the person has to consent again; outages change no status',
    }),
    reason: z.string().optional().meta({ description: 'Why, when it is not `connected`: a code' }),
    connectedAt: InstantText.meta({ description: 'The last consent' }),
    createdAt: InstantText,
    scopes: z.array(z.string()).optional().meta({ description: 'What was granted, where the provider says' }),
    lastSync: z
      .object({
        id: idText('syn'),
        status: SyncStatus,
        finishedAt: InstantText.nullable(),
        counts: SyncCounts,
      })
      .nullable()
      .meta({
        description:
          'The last sync, with its counts once it has ended; syncs of notifications are only in the list of syncs',
      }),
    lastPushAt: InstantText.nullable().meta({ description: 'When the provider notified last' }),
    silentSince: InstantText.nullable().meta({
      description: 'Set while pushes that should come do not: it is polled meanwhile',
    }),
  })
  .meta({ id: 'Connection' });
export type Connection = z.infer<typeof Connection>;

export const ListConnectionsAnswer = z
  .object({ connections: z.array(Connection) })
  .meta({ id: 'ConnectionList' });
export type ListConnectionsAnswer = z.infer<typeof ListConnectionsAnswer>;

export const DisconnectQuery = z.object({
  data: z.enum(['keep', 'erase']).default('keep').meta({
    description: 'Whether what the provider gave stays; `erase` removes all that came of this provider',
  }),
});

export const DisconnectAnswer = z
  .object({
    connection: Connection,
    grant: z.enum(['ended', 'in_use', 'unconfirmed', 'none']).meta({
      description:
        'At the provider: `ended`; `in_use` by another living connection of the account; `unconfirmed` when the provider did not answer; `none` when there was none',
    }),
    data: z.enum(['kept', 'erasing']).meta({ description: '`erasing`: it goes within minutes' }),
  })
  .meta({ id: 'DisconnectAnswer' });
export type DisconnectAnswer = z.infer<typeof DisconnectAnswer>;
