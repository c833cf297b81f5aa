/**
 * Reads the runner's JSON reports.
 *
 *   node .ci/report.mjs failed-files RESULT.json     the files with a failed test, one a line
 *   node .ci/report.mjs totals FOLDER FAILED_STEPS   names what failed, then `12 passed, 0 failed`
 *
 * NAME.again.json is the second run of the files that failed in NAME.json.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const read = (file) => JSON.parse(readFileSync(file, 'utf8'));
const relative = ({ name }) => path.relative(process.cwd(), name);
const hasFailed = ({ status, assertionResults }) =>
  status === 'failed' || assertionResults.some((test) => test.status === 'failed');

function failedFiles(report) {
  return [...new Set(report.testResults.filter(hasFailed).map(relative))];
}

function failures(files) {
  return files.flatMap((file) => {
    const tests = file.assertionResults.filter(({ status }) => status === 'failed');
    if (tests.length === 0 && file.status === 'failed') {
      return [{ name: relative(file), message: file.message ?? '' }];
    }
    return tests.map((test) => ({
      name: `${relative(file)} > ${test.fullName}`,
      message: test.failureMessages?.[0] ?? '',
    }));
  });
}

function print(title, list) {
  for (const { name, message } of list) {
    const lines = message.split('\n').filter((line) => !line.includes('/node_modules/'));
    console.log(`${title}: ${name}\n    ${lines.slice(0, 12).join('\n    ')}`);
  }
}

function totals(folder, failedSteps) {
  const sum = { passed: 0, failed: failedSteps, skipped: 0 };
  const count = (files) => {
    for (const { status } of files.flatMap(({ assertionResults }) => assertionResults)) {
      if (status === 'passed') sum.passed += 1;
      else if (status === 'failed') sum.failed += 1;
      else sum.skipped += 1;
    }
    sum.failed += files.filter(
      (file) => file.status === 'failed' && failures([file])[0]?.name === relative(file),
    ).length;
  };
  const names = readdirSync(folder).filter((file) => file.endsWith('.json'));
  for (const name of names.filter((file) => !file.endsWith('.again.json'))) {
    const suite = name.replace(/\.json$/, '');
    const first = read(path.join(folder, name)).testResults;
    const second = path.join(folder, `${suite}.again.json`);
    if (existsSync(second)) {
      print(`${suite}, failed among the others`, failures(first));
      const again = read(second).testResults;
      print(`${suite}, failed alone too`, failures(again));
      count(first.filter((file) => !hasFailed(file)));
      count(again);
    } else {
      print(`${suite}, failed`, failures(first));
      count(first);
    }
  }
  const skipped = sum.skipped ? `, ${sum.skipped} skipped` : '';
  console.log(`\n${sum.passed} passed, ${sum.failed} failed${skipped}`);
  return sum.failed === 0;
}

const [command, subject, failedSteps] = process.argv.slice(2);
if (command === 'failed-files') console.log(failedFiles(read(subject)).join('\n'));
else process.exitCode = totals(subject, Number(failedSteps)) ? 0 : 1;
