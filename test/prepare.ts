import { prepare } from '../scripts/prepare.ts';

/** What pages load from `dist/` is as new as its sources. */
export default (): Promise<void> => prepare();
