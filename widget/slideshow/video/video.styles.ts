import { css } from 'lit';

export const videoStyles = css`
  .slide video,
  .tile video {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    object-fit: contain;
    background: #000;
  }
  .slide video:focus-visible,
  .tile video:focus-visible {
    outline: 3px solid var(--_focus);
    outline-offset: -3px;
  }
  /* The player has its controls where the photos have theirs. */
  .stage:has(.slide:not([inert]) video) .toolbar {
    inset-block: 12px auto;
  }
  .stage:has(.slide:not([inert]) video) .caption {
    inset-block-end: 72px;
  }
  .unplayable {
    position: absolute;
    inset-block-end: 0;
    inset-inline: 0;
    margin: 0;
    padding: 14px 72px;
    color: #fff;
    background: rgb(16 18 22 / 0.78);
    text-align: center;
    text-wrap: pretty;
  }
  .unplayable p {
    margin: 0;
  }
  .unplayable .action {
    margin-block-start: 8px;
    min-height: 44px;
    padding-inline: 16px;
    border-radius: 99px;
    color: #fff;
    background: rgb(255 255 255 / 0.18);
  }
`;
