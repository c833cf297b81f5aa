import { css } from 'lit';

export const slideshowStyles = css`
  .viewer {
    display: flex;
    flex-direction: column;
    gap: var(--_gap);
    width: 100%;
    height: 100%;
    min-height: 0;
    aspect-ratio: var(--vm-aspect-ratio, var(--_ratio, 4/3));
    container-type: inline-size;
  }
  .stage {
    position: relative;
    flex: 1;
    min-height: 0;
    overflow: hidden;
    border-radius: var(--_radius);
    background: var(--_surface);
    isolation: isolate;
  }
  .track {
    position: absolute;
    inset: 0;
    display: flex;
    overflow-x: auto;
    overflow-y: hidden;
    overscroll-behavior-x: contain;
    scroll-snap-type: x mandatory;
    scrollbar-width: none;
  }
  .track::-webkit-scrollbar {
    display: none;
  }
  .track.dragging {
    scroll-snap-type: none;
    cursor: grabbing;
  }
  .track:focus-visible {
    outline: none;
  }
  .stage:has(.track:focus-visible)::after {
    content: '';
    position: absolute;
    inset: 0;
    z-index: 3;
    border: 3px solid var(--_focus);
    border-radius: inherit;
    box-shadow: inset 0 0 0 2px var(--_bg);
    pointer-events: none;
  }
  .slide {
    position: relative;
    flex: 0 0 100%;
    overflow: hidden;
    scroll-snap-align: start;
    scroll-snap-stop: always;
    background: var(--_tint, var(--_surface));
    user-select: none;
    -webkit-user-select: none;
  }
  .slide[data-zoomable] img {
    cursor: zoom-in;
  }
  .slide:first-child:not([data-decoded]) {
    background: transparent;
  }
  picture {
    display: contents;
  }
  .slide img {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    object-fit: var(--vm-object-fit, cover);
    opacity: 0;
  }
  .slide[data-upright] img {
    object-fit: var(--vm-object-fit, contain);
  }
  .slide[data-decoded] img {
    opacity: 1;
  }
  .fallback {
    position: absolute;
    inset: 0;
  }
  .fallback[hidden] {
    display: none;
  }
  ::slotted(img),
  ::slotted(picture) {
    display: block !important;
    width: 100% !important;
    height: 100% !important;
    max-width: none !important;
    margin: 0 !important;
    object-fit: var(--vm-object-fit, cover) !important;
  }
  .glass {
    display: grid;
    place-items: center;
    min-width: var(--_control);
    min-height: var(--_control);
    border-radius: 999px;
    color: #fff;
    background: rgb(16 18 22 / 0.64);
    -webkit-backdrop-filter: blur(8px) saturate(1.4);
    backdrop-filter: blur(8px) saturate(1.4);
  }
  .glass:focus-visible {
    outline-color: #fff;
    outline-offset: -5px;
    box-shadow: 0 0 0 3px var(--_focus);
  }
  .counter {
    padding: 0 14px;
    min-width: 0;
    min-height: 32px;
    font-size: 13px;
    font-weight: 600;
    font-variant-numeric: tabular-nums;
  }
  .toolbar {
    position: absolute;
    inset-block-end: 12px;
    inset-inline-end: 12px;
    z-index: 2;
    display: flex;
    align-items: center;
    gap: 8px;
  }
  .step {
    position: absolute;
    inset-block-start: calc(50% - var(--_control) / 2);
    z-index: 2;
  }
  .previous {
    inset-inline-start: 12px;
  }
  .next {
    inset-inline-end: 12px;
  }
  .next svg,
  .previous:dir(rtl) svg {
    transform: scaleX(-1);
  }
  .next:dir(rtl) svg {
    transform: none;
  }
  .glass[aria-disabled='true'] {
    cursor: default;
    color: rgb(255 255 255 / 0.45);
  }
  .skeleton {
    position: absolute;
    inset: 0;
    background: linear-gradient(
        100deg,
        transparent 30%,
        color-mix(in srgb, var(--_fg) 6%, transparent) 50%,
        transparent 70%
      )
      0 0 / 300% 100%;
  }
  .chooser {
    flex: none;
    min-height: calc(var(--_thumbnail) * 0.75);
  }
  .chooser-dots {
    min-height: 44px;
  }
  @container (max-width: 479px) {
    .chooser {
      --_thumbnail: var(--vm-thumbnail-size, 64px);
    }
    .chooser-auto {
      display: none;
    }
  }
  @media (prefers-reduced-motion: no-preference) {
    .slide img {
      transition: opacity 0.2s;
    }
    .skeleton {
      animation: shimmer 1.6s linear infinite;
    }
  }
  @keyframes shimmer {
    from {
      background-position-x: 100%;
    }
    to {
      background-position-x: -50%;
    }
  }
`;
