import { adoptionPrograms } from './adoption-programs.ts';
import { imagePrograms } from './image-programs.ts';
import { releasePrograms } from './release-programs.ts';
import { transactionPrograms } from './transaction-programs.ts';

export { exitCodes } from './exit-codes.ts';
export type { Engine, ImageFound } from './image-programs.ts';
export type { Program } from './program.ts';
export { indexBody, probeBody } from './release-programs.ts';
export { residentBody } from './transaction-programs.ts';
export { transport } from './transport.ts';

/** All programs that Landfall runs on a host, by name. */
export const programs = { ...transactionPrograms, ...releasePrograms, ...imagePrograms, ...adoptionPrograms };

export type Programs = typeof programs;
export type ProgramName = keyof Programs;
export type Input<P extends ProgramName> = Parameters<Programs[P]['args']>[0];
export type Output<P extends ProgramName> = ReturnType<Programs[P]['out']>;
