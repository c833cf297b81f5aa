import { FileHasher } from '../hash/file-hasher.ts';
import { PhotoPreparer, type PhotoTools } from './photo-preparer.ts';

/** What works on files before they are sent; loaded with the first of them. */
export class Preparation {
  readonly photos: PhotoPreparer;
  readonly hasher = new FileHasher();

  constructor(tools: Partial<PhotoTools> = {}) {
    this.photos = new PhotoPreparer(tools);
  }

  dispose(): void {
    this.photos.dispose();
    this.hasher.dispose();
  }
}
