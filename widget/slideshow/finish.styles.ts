import { css } from 'lit';

/** What the first photo can be shown without. */
export const finishStyles = css`
  .caption {
    position: absolute;
    inset-block-end: 0;
    inset-inline: 0;
    z-index: 1;
    margin: 0;
    padding: 40px 152px 20px 20px;
    color: #fff;
    background: linear-gradient(transparent, rgb(11 13 16 / 0.78));
    text-wrap: pretty;
    pointer-events: none;
  }
  .caption:dir(rtl) {
    padding-inline: 20px 152px;
  }
  @container (max-width: 479px) {
    .caption {
      padding: 32px 140px 14px 14px;
      font-size: 13px;
    }
    .caption:dir(rtl) {
      padding-inline: 14px 140px;
    }
    .caption bdi {
      display: block;
      overflow: hidden;
      white-space: nowrap;
      text-overflow: ellipsis;
    }
    .stage .step {
      border: 5px solid transparent;
      background-clip: padding-box;
      -webkit-backdrop-filter: none;
      backdrop-filter: none;
    }
    .stage .previous {
      inset-inline-start: 4px;
    }
    .stage .next {
      inset-inline-end: 4px;
    }
  }
  @media (prefers-reduced-motion: no-preference) {
    .glass {
      transition: background 0.15s;
    }
  }
  @media (hover: hover) {
    .glass:is(button):not([aria-disabled='true']):hover {
      background: rgb(16 18 22 / 0.86);
    }
    .action:hover {
      filter: brightness(1.08);
    }
  }
  @media (forced-colors: active) {
    .glass {
      background: Canvas;
      color: CanvasText;
    }
  }
  @media print {
    .toolbar,
    .step,
    .chooser {
      display: none;
    }
    .track {
      overflow: hidden;
    }
  }
`;
