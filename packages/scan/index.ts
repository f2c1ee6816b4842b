export { compareTests, packTests, testList, unpackTests } from './base-tests.ts';
export type { TestList } from './base-tests.ts';
export type { Excepted, Found, From, Judgement, RulesFound, SourceRule } from './found.ts';
export { judge } from './judge.ts';
export { exitCodes, readCoverage, readJunit, readScan } from './read/index.ts';
export type { CoverageResults, ScanResults, Source, TestResults } from './read/index.ts';
export { scanSources } from './rules/sources.ts';
export type { Sources } from './rules/sources.ts';
