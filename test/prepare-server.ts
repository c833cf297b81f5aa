import { prepare } from '../scripts/prepare.ts';

/** Tests without a browser need no built pages. */
export default (): Promise<void> => prepare(['database client']);
