// What every page does beyond plain HTML. Each part looks after itself; without JavaScript the pages still work.
import { watchConnection } from "./connection.js";
import { placeDefinitions } from "./definitions.js";
import { goToErrors } from "./errors.js";
import { watchFragments } from "./fragments.js";
import { keepText } from "./kept_text.js";
import { tidyMenus } from "./menus.js";
import { explainPasskeys } from "./passkeys.js";

watchConnection();
placeDefinitions();
watchFragments();
tidyMenus();
goToErrors();
keepText();
explainPasskeys();
