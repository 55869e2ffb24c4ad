import { announcementsContract } from './announcements.contract.ts';
import { onEveryStorage } from './store-fixtures.ts';

onEveryStorage(announcementsContract);
