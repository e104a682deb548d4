using Granary.Model;

namespace Granary.Client.Tests;

public class FleetFileTests
{
    private const string Example = """
        pools:
          - name: default
            strategy: ml_adaptive        # fifo | priority | sla | cost | affinity | ml_adaptive
            mode: balanced
            cohort: lab
        agents:
          - { id: safety, weight: 4, class: critical, guarantee: { cpu: 1 } }
          - { id: literature, weight: 1, group: research, limit: { memory: 2Gi } }
        nodes:                           # optional: this machine is found by itself
          - { name: sim-1, simulated: true, capacity: { cpu: 64, memory: 256Gi, gpu: 8 } }
        reservations:
          - { pool: default, agent: safety, resources: { cpu: 1 }, from: +10m, for: 5m }
        tasks:
          - name: prepare
            agent: literature
            command: mkdir -p /tmp/x && echo ready
          - name: index
            agent: literature
            command: [sh, -c, "sha256sum /usr/bin/* > /dev/null"]
            resources: { cpu: 500m, memory: 64Mi }
            count: 20
            priority: 5
            deadline: 60s
            duration: 2s                 # the submitter's estimate
            retries: 2
            after: [prepare]
        """;

    [Fact]
    public void The_example_of_the_contract_reads_as_it_says()
    {
        var fleet = FleetFile.Parse(Example, "fleet.yaml").OrThrow();
        Assert.Equal(new PoolSpec { Name = "default", Strategy = PoolStrategy.MlAdaptive, Mode = PoolMode.Balanced, Cohort = "lab" }, Assert.Single(fleet.Pools));
        Assert.Equal(new AgentSpec { Id = "safety", Weight = 4, Class = PriorityClass.Critical, Guarantee = new() { CpuMilli = 1000 } }, fleet.Agents[0]);
        Assert.Equal(new AgentSpec { Id = "literature", Group = "research", Limit = new() { MemoryMiB = 2048 } }, fleet.Agents[1]);
        Assert.Equal(new NodeSpec { Name = "sim-1", Simulated = true, Capacity = new() { CpuMilli = 64_000, MemoryMiB = 256 * 1024, GpuMilli = 8000 } }, Assert.Single(fleet.Nodes));
        Assert.Equal(new FleetReservation { Agent = "safety", Resources = new() { CpuMilli = 1000 }, From = TimeSpan.FromMinutes(10), For = TimeSpan.FromMinutes(5) }, Assert.Single(fleet.Reservations));

        var (prepare, index) = (fleet.Tasks[0], fleet.Tasks[1]);
        Assert.True(prepare.Spec.Shell);
        Assert.Equal(["mkdir -p /tmp/x && echo ready"], prepare.Spec.Command);
        Assert.False(index.Spec.Shell);
        Assert.Equal(["sh", "-c", "sha256sum /usr/bin/* > /dev/null"], index.Spec.Command);
        Assert.Equal(new ResourceSet { CpuMilli = 500, MemoryMiB = 64 }, index.Spec.Resources);
        Assert.Equal((20, 5, 2, ["prepare"]), (index.Count, index.Spec.Priority, index.Spec.Retries, index.After.ToArray()), (a, b) =>
            a.Item1 == b.Item1 && a.Item2 == b.Item2 && a.Item3 == b.Item3 && a.Item4.SequenceEqual(b.Item4));
        Assert.Equal((TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(2)), (index.Spec.Deadline, index.Spec.Duration));
        Assert.Equal([14, 17], fleet.Lines!.Tasks);
    }

    [Fact]
    public void Every_key_of_a_task_arrives()
    {
        var task = FleetFile.Parse("""
            tasks:
              - agent: a
                handler: noop
                shell: true
                env: { LANG: C, N: 5 }
                workdir: /srv
                time_limit: 1h30m
                backoff: 250ms
                labels: { domain: physics }
                on_loss: report
                kill_grace: 2s
                output_limit: 64Ki
                may_fail: true
                gang: true
                whole_cores: true
                never_preempted: true
                checkpoint_every: 5m
                pool: lab
                after: lab/7
                resources: { cpu: 1, gpu: 500m, gpu_memory: 8Gi, network: 100, storage: 50, tokens: 3, custom: { licence: 1 } }
              - { agent: a, command: [sleep, 5], pool: lab }
            """, "x.yaml").OrThrow().Tasks[0];
        var spec = task.Spec;
        Assert.Equal(("task-1", "noop", true, "/srv"), (spec.Name, spec.Handler, spec.Shell, spec.WorkingDirectory));
        Assert.Equal([("LANG", "C"), ("N", "5")], spec.Environment!.Select(e => (e.Key, e.Value)));
        Assert.Equal(("physics", LossPolicy.Report, true), (spec.Labels!["domain"], spec.OnLoss, spec.MayFail));
        Assert.Equal(new TaskTerms { Gang = true, WholeCores = true, NeverPreempted = true, CheckpointEvery = TimeSpan.FromMinutes(5) }, spec.Terms);
        Assert.Equal((TimeSpan.FromMinutes(90), TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(2)), (spec.TimeLimit, spec.RetryBackoff, spec.KillGrace));
        Assert.Equal((65536, "lab", "lab/7"), (spec.OutputLimitBytes, task.Pool, Assert.Single(task.After)));
        Assert.Equal("cpu=1,gpu=500m,gpu_memory=8Gi,network=100,storage=50,licence=1,tokens=3", spec.Resources.ToString());
    }

    [Fact]
    public void Json_reads_the_same_with_escapes_and_tabs()
    {
        const string Json = "{\n\t\"agents\":[{\"id\":\"a\",\"weight\":2.5}],\n\t\"tasks\":[{\"name\":\"t\",\"agent\":\"a\",\"command\":[\"echo\",\"\\ud83d\\ude00\\/\",7],\"count\":3}]\n}";
        foreach (var name in new[] { "fleet.json", "fleet", "-" })
        {
            var fleet = FleetFile.Parse(Json, name).OrThrow();
            Assert.Equal(["echo", "\U0001F600/", "7"], fleet.Tasks[0].Spec.Command);
            Assert.Equal((3, 2.5), (fleet.Tasks[0].Count, fleet.Agents[0].Weight));
        }
    }

    [Fact]
    public void Flow_yaml_is_not_mistaken_for_json() =>
        Assert.Equal("t", FleetFile.Parse("{ tasks: [ { name: t, agent: a, handler: noop } ] }", "-").OrThrow().Tasks[0].Spec.Name);

    [Theory]
    [InlineData("tasks:\n")]
    [InlineData("tasks: []\n")]
    [InlineData("tasks:\n#  - { agent: a }\nagents: ~\n")]
    [InlineData("\uFEFFtasks: []\n")]
    [InlineData("%YAML 1.2\n---\ntasks: []\n...\n")]
    public void Sections_may_be_empty(string text) => Assert.Empty(FleetFile.Parse(text, "x.yaml").OrThrow().Tasks);

    [Fact]
    public void A_start_may_be_a_point_in_time()
    {
        var fleet = FleetFile.Parse("reservations: [ { agent: a, resources: { cpu: 1 }, from: 2030-01-31T08:00:00+01:00, for: 1h } ]", "x.yaml").OrThrow();
        Assert.Equal(new DateTimeOffset(2030, 1, 31, 7, 0, 0, TimeSpan.Zero), fleet.Reservations[0].At);
    }

    [Fact]
    public void Tasks_without_a_name_get_one_that_is_free()
    {
        var fleet = FleetFile.Parse("tasks: [ { agent: a, handler: noop }, { name: task-1, agent: a, handler: noop }, { agent: a, handler: noop } ]", "x.yaml").OrThrow();
        Assert.Equal(["task-1-x", "task-1", "task-3"], fleet.Tasks.Select(t => t.Spec.Name));
    }

    [Fact]
    public void A_file_on_disk_is_read()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("granary-test-").FullName, "fleet.yaml");
        try
        {
            File.WriteAllText(path, Example);
            Assert.Equal(2, FleetFile.Load(path).OrThrow().Tasks.Count);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }
}
