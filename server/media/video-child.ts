/** Entry of the video process. */
import { remuxVideo } from './remux-video.ts';
import { serveTasks } from './serve-tasks.ts';

serveTasks(remuxVideo);
