// The elements that draw a message, as one script for the pages.
import "@skyra/discord-components-core";
