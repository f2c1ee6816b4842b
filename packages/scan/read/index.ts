export { readCoverage } from './coverage.ts';
export { exitCodes } from './exit-codes.ts';
export { readJunit } from './junit.ts';
export { mostFailures, scanTools } from './results.ts';
export type {
  About,
  CoverageResults,
  CoveredLines,
  SarifRun,
  ScanResults,
  ScanTool,
  Source,
  TestResults,
} from './results.ts';
export { readScan } from './scan.ts';
