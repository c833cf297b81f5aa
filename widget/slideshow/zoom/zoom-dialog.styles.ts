import { css } from 'lit';

export const zoomStyles = css`
  .zoom {
    all: initial;
    box-sizing: border-box;
    position: fixed;
    inset: 0;
    width: 100vw;
    height: 100vh;
    height: 100dvh;
    max-width: none;
    max-height: none;
    margin: 0;
    overflow: hidden;
    overscroll-behavior: contain;
    direction: inherit;
    color: #fff;
    background: #0b0d10;
    font: inherit;
    --_focus: #fff;
  }
  .zoom:not([open]) {
    display: none;
  }
  .zoom::backdrop {
    background: #0b0d10;
  }
  .zoom-frame {
    position: absolute;
    inset: 0;
    display: grid;
    place-items: center;
    overflow: hidden;
    touch-action: none;
    outline: none;
    cursor: zoom-in;
    user-select: none;
    -webkit-user-select: none;
  }
  .zoom-frame[data-zoomed] {
    cursor: grab;
  }
  .zoom-frame[data-zoomed]:active {
    cursor: grabbing;
  }
  .zoom-frame picture {
    display: contents;
  }
  .zoom-frame img {
    flex: none;
    width: var(--_width);
    height: var(--_height);
    max-width: none;
    object-fit: contain;
    background: var(--_tint, transparent);
    transform: var(--_transform);
    will-change: transform;
  }
  .zoom .glass {
    background: rgb(44 48 56 / 0.82);
  }
  .zoom-bar {
    position: absolute;
    inset-block-start: max(12px, env(safe-area-inset-top));
    inset-inline: 12px;
    display: flex;
    align-items: center;
    gap: 8px;
  }
  .zoom-bar .counter {
    margin-inline-end: auto;
  }
  .zoom-caption {
    position: absolute;
    inset-block-end: max(16px, env(safe-area-inset-bottom));
    inset-inline: 16px;
    margin: 0 auto;
    width: fit-content;
    max-width: 60ch;
    padding: 8px 16px;
    border-radius: 12px;
    background: rgb(16 18 22 / 0.72);
    text-align: center;
    text-wrap: balance;
  }
  @media (prefers-reduced-motion: no-preference) {
    .zoom-frame.animate img {
      transition: transform 0.2s ease-out;
    }
    .zoom[open] {
      animation: zoom-open 0.18s ease-out;
    }
  }
  @keyframes zoom-open {
    from {
      opacity: 0;
    }
  }
`;
