import type { Text } from '../../strings/strings.ts';
import type { UploadFailureCode } from '../queue/upload-failure.ts';

/** Every text of the uploader. A page's own `strings` replace them by these names. */
export interface UploaderStrings extends Readonly<Record<`failed${UploadFailureCode}`, Text>> {
  readonly dropTitle: Text;
  /** What the camera button's page shows in place of dropping. */
  readonly dropTitleTouch: Text;
  /** `{limit}` and `{videoLimit}` are numbers of bytes in words. */
  readonly dropHint: Text;
  readonly dropNow: Text;
  readonly choose: Text;
  readonly takePhoto: Text;
  /** Said when files were taken. `{count}`. */
  readonly filesAdded: Text;
  readonly uploads: Text;
  /** `{current}` `{total}`. */
  readonly uploading: Text;
  /** `{sent}` and `{total}` are numbers of bytes in words. */
  readonly bytesSent: Text;
  /** `{time}` is a duration in words. */
  readonly timeLeft: Text;
  readonly paused: Text;
  /** `{count}`. */
  readonly uploaded: Text;
  /** `{count}`. */
  readonly needAttention: Text;
  /** `{count}`. */
  readonly stillPreparing: Text;
  readonly pauseAll: Text;
  readonly resumeAll: Text;
  readonly retryAll: Text;
  readonly clearFinished: Text;
  readonly stateQueued: Text;
  readonly statePreparing: Text;
  /** `{percent}` is a share in words. */
  readonly stateSending: Text;
  /** As the one before. */
  readonly stateElsewhere: Text;
  readonly stateWaiting: Text;
  readonly stateOffline: Text;
  readonly stateCompleting: Text;
  readonly stateProcessing: Text;
  readonly stateReady: Text;
  /** In place of the one before, when the server had the same bytes. */
  readonly stateStored: Text;
  readonly statePaused: Text;
  /** `{name}` is a file's, here and in the next six. */
  readonly progress: Text;
  readonly pauseFile: Text;
  readonly resumeFile: Text;
  readonly cancelFile: Text;
  readonly retryFile: Text;
  readonly dismissFile: Text;
  /** `{reason}` is a sentence. */
  readonly fileFailed: Text;
  readonly retry: Text;
  /** Of the grid. */
  readonly photos: Text;
  /** `{count}`. */
  readonly photoCount: Text;
  readonly orderHint: Text;
  readonly photoHelp: Text;
  readonly emptyTitle: Text;
  readonly emptyText: Text;
  readonly mainPhoto: Text;
  /** `{current}` `{total}`. */
  readonly photo: Text;
  /** The same of a video. */
  readonly video: Text;
  /** `{current}`, here and in the next six. */
  readonly describe: Text;
  readonly moveFirst: Text;
  readonly moveEarlier: Text;
  readonly moveLater: Text;
  readonly moveLast: Text;
  readonly removePhoto: Text;
  readonly retryPhoto: Text;
  readonly describeHint: Text;
  readonly photoProcessing: Text;
  readonly photoFailed: Text;
  /** `{current}` `{total}`, said. */
  readonly pickedUp: Text;
  readonly putDown: Text;
  readonly moved: Text;
  /** `{count}`. */
  readonly removed: Text;
  readonly restored: Text;
  readonly undo: Text;
  readonly close: Text;
  readonly saved: Text;
  /** `{reason}` is a sentence, here and in the next three. */
  readonly notSaved: Text;
  readonly notMoved: Text;
  readonly notRemoved: Text;
  readonly notRestored: Text;
}
