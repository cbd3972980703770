// Starts the parts of the console; every part works on its own.
import { startAges } from "./ages.js";
import { startClock } from "./clock.js";
import { startCopying } from "./copying.js";
import { startCurves } from "./curves.js";
import { startDialogs } from "./dialogs.js";
import { startFragments } from "./fragments.js";
import { startInstallable } from "./installable.js";
import { startLive } from "./live.js";
import { startMenus } from "./menus.js";
import { startSession } from "./session.js";
import { startShortcuts } from "./shortcuts.js";
import { startTheme } from "./theme.js";
import { startToasts } from "./toasts.js";

startTheme();
startMenus();
startClock();
startAges();
startToasts();
startSession();
startFragments();
startDialogs();
startCopying();
startCurves();
startShortcuts();
startInstallable();
startLive();
