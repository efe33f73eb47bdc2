// The shell of every page: what is needed before any island is.
import { startBatches } from "./shell/batch.js";
import { startDialogs } from "./shell/dialogs.js";
import { startFragments } from "./shell/fragments.js";
import { startForms } from "./shell/forms.js";
import { startIslands } from "./shell/islands.js";
import { startLive } from "./shell/live.js";
import { startNavigation } from "./shell/navigation.js";
import { startRefusedDialogs } from "./shell/refused_dialogs.js";
import { startShortcuts } from "./shell/shortcuts.js";
import { startTabs } from "./shell/tabs.js";
import { startTheme } from "./shell/theme.js";
import { startTimes } from "./shell/times.js";
import { startToasts } from "./shell/toasts.js";

startTheme();
startNavigation();
startToasts();
startDialogs();
startRefusedDialogs();
startForms();
startFragments();
startTabs();
startTimes();
startBatches();
startShortcuts();
startLive();
startIslands();
