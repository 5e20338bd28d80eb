/* Device. Not built yet. */
import { Empty, html, Page } from '../parts.js';

export const Screen = () => html`<${Page} title="Device"><${Empty}>This screen isn’t built yet.</${Empty}></${Page}>`;
