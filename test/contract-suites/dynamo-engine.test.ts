import { dynamoEngineContract } from './dynamo-engine.contract.ts';
import { onEveryStorage } from './store-fixtures.ts';

onEveryStorage(dynamoEngineContract);
