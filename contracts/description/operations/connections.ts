import * as z from 'zod';
import {
  AuthorizeAnswer,
  AuthorizeRequest,
  Connection,
  DisconnectAnswer,
  DisconnectQuery,
  FinishConsentQuery,
  ListConnectionsAnswer,
  ListProvidersAnswer,
  OpenConsentQuery,
  TicketAnswer,
} from '../../http/connections.ts';
import type { Operation } from '../../http/routes.ts';
import type { ProblemCode } from '../../problems/catalog.ts';
import { EXAMPLE_IDS, type OperationDoc } from '../operation-doc.ts';

export const EXAMPLE_COUNTS = {
  fetched: 412,
  accepted: 380,
  updated: 12,
  duplicate: 19,
  refused: 1,
  deleted: 0,
  pages: 9,
};
const CONNECTION = {
  id: EXAMPLE_IDS.connection,
  provider: 'garmin',
  status: 'connected',
  connectedAt: '2026-11-21T13:00:00.000Z',
  createdAt: '2026-11-02T08:30:00.000Z',
  scopes: ['ACTIVITY_EXPORT', 'HEALTH_EXPORT'],
  lastSync: {
    id: EXAMPLE_IDS.sync,
    status: 'succeeded',
    finishedAt: '2026-11-21T13:01:12.000Z',
    counts: EXAMPLE_COUNTS,
  },
  lastPushAt: '2026-11-21T12:44:03.000Z',
  silentSince: null,
};
const CONSENT_BODY = {
  schema: AuthorizeRequest,
  example: { redirectUri: 'https://app.example.com/connected' },
  required: false,
};
const BEGIN_PROBLEMS: readonly ProblemCode[] = [
  'provider.unknown',
  'provider.not_configured',
  'provider.unavailable',
  'provider.refused',
  'oauth.redirect_not_allowed',
];
const TO_PROVIDER = { 303: { description: 'On to the provider, where the person consents' } } as const;

export const CONNECTION_OPERATIONS = {
  listProviders: {
    group: 'Connections',
    summary: 'The providers that people can connect',
    description: 'With what each gives. For API keys: a user token reaches its own user alone.',
    answers: {
      200: {
        description: 'The providers',
        schema: ListProvidersAnswer,
        example: {
          providers: [
            {
              name: 'oura',
              title: 'Oura',
              configured: true,
              backfillDays: null,
              dataTypes: [{ type: 'sleep', title: 'Sleep', metrics: ['hrv_rmssd'], records: ['sleep'] }],
            },
          ],
        },
      },
    },
    problems: [],
  },
  authorizeConnection: {
    group: 'Connections',
    summary: 'Begin a consent',
    description:
      'Open `url` in a browser. When the person has consented they come to `redirectUri` with `status`, `provider`, `connectionId` and `state`, or with `error` and a code of the catalogue; without one, to a page of ours. `redirectUri` has to be among the workspace’s `oauthRedirectUris` (`PATCH /v1/workspace`). The body may be left out. Good once, for 10 minutes.',
    body: CONSENT_BODY,
    answers: {
      200: {
        description: 'Where the person consents',
        schema: AuthorizeAnswer,
        example: {
          url: 'https://connect.example.com/oauth2Confirm?client_id=stride&state=4f1J',
          state: '4f1JxkN8sW2mQvT7bYhR0aLcE5uGdZ9pXiK3oCtMwBe',
          expiresAt: '2026-11-21T13:10:00.000Z',
        },
      },
    },
    problems: BEGIN_PROBLEMS,
  },
  createConnectTicket: {
    group: 'Connections',
    summary: 'Let a browser begin a consent',
    description:
      'For pages that have no API key: send the browser to `url`, which leads on to the provider. Good once, for 60 seconds. The body may be left out.',
    body: CONSENT_BODY,
    answers: {
      201: {
        description: 'The ticket',
        schema: TicketAnswer,
        example: {
          ticket: '4f1JxkN8sW2mQvT7bYhR0aLcE5uGdZ9pXiK3oCtMwBe',
          url: 'https://api.example.com/v1/oauth/garmin/authorize?ticket=4f1JxkN8sW2mQvT7bYhR0aLcE5uGdZ9pXiK3oCtMwBe',
          expiresAt: '2026-11-21T13:01:00.000Z',
        },
      },
    },
    problems: BEGIN_PROBLEMS,
  },
  openConsent: {
    group: 'Connections',
    summary: 'Go to the provider with a ticket',
    description: 'For browsers, which get a page when it fails; no API key.',
    query: OpenConsentQuery,
    answers: TO_PROVIDER,
    problems: [
      'oauth.ticket_invalid',
      'provider.unknown',
      'provider.not_configured',
      'provider.unavailable',
      'provider.refused',
      'user.not_found',
      'server.unavailable',
    ],
  },
  finishConsent: {
    group: 'Connections',
    summary: 'Where the provider sends people back to',
    description:
      'For browsers; no API key. It is the redirect address to register at the provider. Leads on to `redirectUri`, or ends on a page; everybody but browsers gets the problem.',
    query: FinishConsentQuery,
    answers: {
      200: { description: 'Connected: a page', mediaType: 'text/html', schema: z.string() },
      303: { description: 'On to redirectUri, with what came of it' },
    },
    problems: [
      'oauth.state_invalid',
      'oauth.denied',
      'oauth.code_refused',
      'oauth.scope_missing',
      'connection.limit_reached',
      'provider.unknown',
      'provider.not_configured',
      'provider.unavailable',
      'provider.refused',
      'user.not_found',
      'server.unavailable',
    ],
  },
  listConnections: {
    group: 'Connections',
    summary: 'The connections of a user',
    description:
      'In the order of making, the ended ones too. Consenting again with the same account brings the same connection back; another account at the provider is another connection.',
    answers: {
      200: {
        description: 'The connections',
        schema: ListConnectionsAnswer,
        example: { connections: [CONNECTION] },
      },
    },
    problems: [],
  },
  getConnection: {
    group: 'Connections',
    summary: 'One connection',
    description: 'Its status, and how its last sync went or goes.',
    answers: {
      200: { description: 'The connection', schema: Connection, example: CONNECTION },
    },
    problems: ['connection.not_found'],
  },
  disconnect: {
    group: 'Connections',
    summary: 'End a connection',
    description:
      'Nothing is fetched any more, the grant is ended at the provider and the tokens are removed. The grant stays while another connection of the deployment uses the account. A provider that does not answer delays nothing. A repeat changes nothing.',
    query: DisconnectQuery,
    answers: {
      200: {
        description: 'Ended',
        schema: DisconnectAnswer,
        example: {
          connection: { ...CONNECTION, status: 'disconnected', reason: 'disconnected_by_request' },
          grant: 'ended',
          data: 'kept',
        },
      },
    },
    problems: ['connection.not_found'],
  },
} as const satisfies Partial<Record<Operation, OperationDoc>>;
