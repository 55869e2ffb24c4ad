import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { LOG_CATALOG, type Log, redact } from '../../lib/observability/log.ts';
import { METRICS, type Meter } from '../../lib/observability/metrics.ts';

const SERVICE = 'headwater';

/** Lines as JSON on standard output, through the redactor. */
export function createLog(): Log {
  const logger = new Logger({ serviceName: SERVICE });
  return {
    write: (code, fields) => logger[LOG_CATALOG[code].level](code, redact(code, fields)),
  };
}

/** Numbers as CloudWatch's embedded metric format on standard output. */
export function createMeter(): Meter {
  const metrics = new Metrics({ namespace: 'Headwater', serviceName: SERVICE });
  return {
    add: (name, value) => metrics.addMetric(name, METRICS[name], value),
    flush: () => {
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
    },
  };
}
