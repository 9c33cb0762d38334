// SPDX-License-Identifier: MIT
// Pages that are opened less often than pipelines and jobs: one chunk, fetched when the first of them is.
export { AdminVariablesPage } from './adminvariables';
export { EditorPage } from './editor';
export { EnvironmentPage } from './environment';
export { EnvironmentsPage } from './environments';
export { GroupSettingsPage } from './groupsettings';
export { ReleasePage } from './release';
export { ReleasesPage } from './releases';
export { RunPipelinePage } from './runpipeline';
export { SchedulePage } from './schedule';
export { SchedulesPage } from './schedules';
export { SettingsPage } from './settings';
export { TestReportPage } from './testreport';
