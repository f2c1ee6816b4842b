export { judge } from './judge.ts';
export type { Excepted, Found, From, Judgement, RulesFound } from './found.ts';
export { exitCodes, readCoverage, readJunit, readScan } from './read/index.ts';
export type { CoverageResults, ScanResults, Source, TestResults } from './read/index.ts';
