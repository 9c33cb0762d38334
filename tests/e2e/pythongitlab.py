# SPDX-License-Identifier: MIT
"""What teams' scripts do with python-gitlab, unchanged. clients.test.mjs starts it with the address, a
token and a project whose first pipeline has succeeded."""
import os
import unittest

import gitlab

PROJECT = os.environ['CAPSTAN_PROJECT']


class Scripts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.gitlab = gitlab.Gitlab(os.environ['CAPSTAN_URL'], private_token=os.environ['CAPSTAN_TOKEN'])
        cls.gitlab.auth()
        cls.project = cls.gitlab.projects.get(PROJECT)

    def job(self, name):
        pipeline = self.project.pipelines.list(source='push', per_page=1)[0]
        listed = pipeline.jobs.list(all=True, include_retried=True)
        return self.project.jobs.get(min(job.id for job in listed if job.name == name))

    def test_account(self):
        self.assertEqual(self.gitlab.user.username, 'root')
        version, revision = self.gitlab.version()
        self.assertTrue(version[0].isdigit() and revision)
        self.assertIn(PROJECT, [each.path_with_namespace for each in self.gitlab.projects.list(iterator=True)])

    def test_errors_name_their_status(self):
        with self.assertRaises(gitlab.exceptions.GitlabGetError) as raised:
            self.gitlab.projects.get('root/none')
        self.assertEqual(raised.exception.response_code, 404)
        with self.assertRaises(gitlab.exceptions.GitlabAuthenticationError):
            gitlab.Gitlab(self.gitlab.url, private_token='glpat-wrong').auth()

    def test_repository(self):
        branch = self.project.branches.get('main')
        self.assertTrue(branch.default and branch.protected)
        commit = self.project.commits.get('main')
        self.assertEqual(commit.id, branch.commit['id'])
        self.assertEqual(commit.last_pipeline['sha'], commit.id)
        self.assertEqual([each.id for each in self.project.commits.list(ref_name='main')], [commit.id])
        file = self.project.files.get('notes/a.txt', ref='main')
        self.assertEqual(file.decode(), b'hello\n')
        paths = [entry['path'] for entry in self.project.repository_tree(recursive=True, all=True)]
        self.assertEqual(paths, ['.gitlab-ci.yml', 'notes', 'notes/a.txt'])

    def test_a_pipeline_and_its_jobs(self):
        pipeline = self.project.pipelines.list(status='success', source='push')[0]
        whole = self.project.pipelines.get(pipeline.id)
        self.assertEqual(whole.ref, 'main')
        # As GitLab's: a typed client (glab) takes nothing else.
        self.assertEqual([type(each) for each in (whole.duration, whole.queued_duration)], [int, int])
        job = self.job('build')
        self.assertIsInstance(job.duration, float)
        self.assertEqual((job.status, job.stage), ('success', 'test'))
        self.assertIn(b'built by python-gitlab', job.trace())
        self.assertEqual(job.artifact('out.txt'), b'out\n')
        self.assertEqual(job.artifacts()[:2], b'PK')
        self.assertEqual(self.project.artifacts.raw('main', 'out.txt', 'build'), b'out\n')
        self.assertEqual(self.project.artifacts.download(ref_name='main', job='build')[:2], b'PK')
        again = self.project.jobs.get(job.retry()['id'])
        self.assertNotEqual(again.id, job.id)

    def test_manual_jobs(self):
        job = self.job('wait')
        job.play()
        job.cancel()
        job.refresh()
        self.assertIn(job.status, ('canceled', 'canceling'))

    def test_run_with_variables(self):
        pipeline = self.project.pipelines.create(
            {'ref': 'main', 'variables': [{'key': 'GREETING', 'value': 'hi'}]})
        self.assertEqual(pipeline.source, 'api')
        self.assertEqual([(each.key, each.value) for each in pipeline.variables.list()], [('GREETING', 'hi')])
        trigger = self.project.triggers.create({'description': 'nightly'})
        started = self.project.trigger_pipeline('main', trigger.token, variables={'A': 'b'})
        self.assertEqual(started.source, 'trigger')

    def test_variables(self):
        for owner in (self.project, self.gitlab):
            owner.variables.create({'key': 'FROM_SCRIPT', 'value': 'one'})
            variable = owner.variables.get('FROM_SCRIPT')
            variable.value = 'two'
            variable.save()
            self.assertEqual(owner.variables.get('FROM_SCRIPT').value, 'two')
            variable.delete()
            self.assertNotIn('FROM_SCRIPT', [each.key for each in owner.variables.list()])

    def test_schedules(self):
        schedule = self.project.pipelineschedules.create(
            {'ref': 'main', 'description': 'nightly', 'cron': '0 1 * * *', 'cron_timezone': 'Europe/Berlin'})
        schedule.variables.create({'key': 'K', 'value': 'v'})
        schedule.cron = '30 1 * * *'
        schedule.save()
        kept = self.project.pipelineschedules.get(schedule.id)
        self.assertEqual((kept.cron, kept.attributes['variables'][0]['key']), ('30 1 * * *', 'K'))
        kept.delete()
        self.assertEqual(self.project.pipelineschedules.list(), [])

    def test_members_and_protection(self):
        user = self.gitlab.users.create({'username': 'scripted', 'name': 'Scripted', 'email': 's@example.test',
                                         'password': 'a long enough password'})
        self.project.members.create({'user_id': user.id, 'access_level': gitlab.const.AccessLevel.DEVELOPER})
        member = self.project.members.get(user.id)
        member.access_level = gitlab.const.AccessLevel.MAINTAINER
        member.save()
        self.assertEqual(self.project.members_all.get(user.id).access_level, 40)
        self.project.members.delete(user.id)
        self.project.protectedbranches.create({'name': 'release/*'})
        self.assertIn('release/*', [each.name for each in self.project.protectedbranches.list()])
        self.project.protectedbranches.delete('release/*')

    def test_releases(self):
        self.project.releases.create({'tag_name': 'v1', 'ref': 'main', 'name': 'One', 'description': 'first'})
        self.assertEqual(self.project.tags.get('v1').target, self.project.commits.get('main').id)
        self.assertEqual(self.project.releases.get('v1').name, 'One')

    def test_lint(self):
        self.assertTrue(self.project.ci_lint.get().valid)
        self.project.ci_lint.validate({'content': 'a: {script: x}'})
        with self.assertRaises(gitlab.exceptions.GitlabCiLintError):
            self.project.ci_lint.validate({'content': 'a: {scrip: x}'})

    def test_runners(self):
        [listed] = self.gitlab.runners_all.list()
        runner = self.gitlab.runners.get(listed.id)
        runner.description = 'renamed'
        runner.save()
        self.assertEqual(self.gitlab.runners.get(listed.id).description, 'renamed')
        self.assertTrue(runner.jobs.list())

    def test_environments(self):
        self.assertEqual([(each.name, each.state) for each in self.project.environments.list()],
                         [('production', 'available')])
        self.assertTrue(self.project.deployments.list())

    def test_groups_and_projects(self):
        group = self.gitlab.groups.create({'name': 'Team', 'path': 'team'})
        made = self.gitlab.projects.create({'name': 'inner', 'namespace_id': group.id})
        self.assertEqual(made.path_with_namespace, 'team/inner')
        made.archive()
        self.assertTrue(self.gitlab.projects.get(made.id).archived)
        made.unarchive()
        made.description = 'changed'
        made.save()
        kept = self.gitlab.projects.get(made.id)
        self.assertEqual((kept.description, kept.archived), ('changed', False))
        made.delete()


if __name__ == '__main__':
    unittest.main()
