// Loaded into a server: SIGUSR2 begins a profile of its processor time, and ends it into PROFILE_FILE.
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  const session = new Session();
  let running = false;
  process.on('SIGUSR2', () => {
    if (!running) {
      running = true;
      session.connect();
      session.post('Profiler.enable');
      session.post('Profiler.setSamplingInterval', { interval: 500 });
      session.post('Profiler.start');
      return;
    }
    running = false;
    session.post('Profiler.stop', (_, { profile }) => {
      writeFileSync(process.env.PROFILE_FILE, JSON.stringify(profile));
      session.disconnect();
    });
  });
}
