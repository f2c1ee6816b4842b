const { execFileSync } = require('node:child_process');

const { GITHUB_WORKSPACE: workspace, GITHUB_SHA: sha, INPUT_REF: ref, TEST_ORIGIN: origin } = process.env;
const git = (...words) => execFileSync('git', ['-C', workspace, ...words], { stdio: 'inherit' });
git('init', '--quiet');
git('fetch', '--quiet', '--force', '--tags', origin, '+refs/heads/*:refs/heads/*', sha);
git('checkout', '--quiet', '--force', '--detach', ref || sha);
