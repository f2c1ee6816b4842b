import type { Fault } from '#fault';
import { outcomeOf } from '#plan';
import type { Report, RunContext } from '#plan';

/** The report of an action that ended with a fault before it could make one of its own. */
export const faultReport = (action: string, fault: Fault, context: RunContext, startedAt: Date): Report => {
  const result = outcomeOf(fault);
  return {
    v: 1,
    action,
    result,
    verdict: fault.what,
    ...(fault.host === undefined ? {} : { host: fault.host }),
    run: { url: context.url, actor: context.actor },
    startedAt: startedAt.toISOString(),
    ms: Date.now() - startedAt.getTime(),
    timeline: [],
    processes: [],
    checks: [],
    notes: [],
    fault,
  };
};
