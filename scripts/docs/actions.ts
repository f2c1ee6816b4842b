import { deployOverSsh } from '../../actions/deploy-over-ssh/definition.ts';
import { rollback } from '../../actions/rollback/definition.ts';
import { smokeTest } from '../../actions/smoke-test/definition.ts';
import { testAndScan } from '../../actions/test-and-scan/definition.ts';
import type { ActionDefinition } from '#kit';

/** The actions that exist, in the order in which documents name them. */
export const actions: readonly ActionDefinition[] = [testAndScan, deployOverSsh, smokeTest, rollback];
