import { css } from 'lit';
import { videoStyles } from './video/video.styles.ts';

export const galleryStyles = css`
  ${videoStyles}
  .viewer[data-layout='gallery'][data-status='ready'] {
    height: auto;
    aspect-ratio: auto;
  }
  .grid {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 220px), 1fr));
    gap: var(--_gap);
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .tile {
    position: relative;
    display: block;
    overflow: hidden;
    width: 100%;
    aspect-ratio: 4/3;
    border-radius: var(--_radius);
    background: var(--_tint, var(--_surface));
  }
  button.tile {
    cursor: zoom-in;
  }
  .tile img {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    object-fit: cover;
  }
  .tile-caption {
    margin: 6px 2px 0;
    font-size: 13px;
    color: var(--_muted);
  }
  @container (max-width: 479px) {
    .grid {
      grid-template-columns: repeat(2, 1fr);
    }
    .wide {
      grid-column: 1 / -1;
    }
  }
  @container (min-width: 720px) {
    .wide {
      grid-column: span 2;
      grid-row: span 2;
    }
    .wide {
      display: flex;
      flex-direction: column;
    }
    .wide .tile {
      flex: 1;
      aspect-ratio: auto;
    }
  }
`;
