namespace Granary.Client.Tests;

/// <summary>Each mistake gets one line that says where it is, what is wrong and what would be right.</summary>
public class FleetProblemTests
{
    private const string Task = "tasks:\n  - { name: t, agent: a, handler: noop, ";

    [Theory]
    // wrong types
    [InlineData("- a\n", "1: a fleet file is a mapping with 'pools', 'groups', 'agents', 'nodes', 'reservations' and 'tasks'")]
    [InlineData("tasks: 5\n", "1: 'tasks' must be a list: one '- ' for each task, not '5'")]
    [InlineData("tasks:\n  - wrong\n", "2: a task must be a mapping of keys to values, not 'wrong'")]
    [InlineData(Task + "count: many }", "2: 'count' must be a whole number from 1 to 1000000, not 'many'")]
    [InlineData(Task + "count: \"5\" }", "2: 'count' must be a whole number from 1 to 1000000, not the text '5'")]
    [InlineData(Task + "count: 1.5 }", "2: 'count' must be a whole number from 1 to 1000000, not '1.5'")]
    [InlineData(Task + "count: [1] }", "2: 'count' must be a whole number from 1 to 1000000, not a list")]
    [InlineData(Task + "gang: 3 }", "2: 'gang' must be true or false, not '3'")]
    [InlineData(Task + "may_fail: perhaps }", "2: 'may_fail' must be true or false, not 'perhaps'")]
    [InlineData(Task + "resources: 5 }", "2: 'resources' must be a mapping like { cpu: 500m, memory: 64Mi }, not '5'")]
    [InlineData(Task + "resources: { cpu: [1] } }", "2: 'cpu' must be an amount like 500m, 2 or 64Mi, not a list")]
    [InlineData(Task + "resources: { cpu: } }", "2: 'cpu' must be an amount like 500m, 2 or 64Mi, not nothing")]
    [InlineData(Task + "env: [A] }", "2: 'env' must be a mapping like { LANG: C }, not a list")]
    [InlineData(Task + "env: { A: [1] } }", "2: 'env.A' must be text, not a list")]
    [InlineData(Task + "after: { t: 1 } }", "2: 'after' must be a list of task names like [prepare], not a mapping")]
    [InlineData(Task + "deadline: soon }", "2: deadline: 'soon' is not a duration; write it like 500ms, 30s, 5m, 2h or 1d")]
    [InlineData(Task + "deadline: 60 }", "2: deadline: '60' has no unit; write 60s for seconds, or one of 500ms, 30s, 5m, 2h or 1d")]
    [InlineData(Task + "on_loss: repot }", "2: 'repot' is no on_loss; did you mean 'report'?")]
    [InlineData("tasks:\n  - agent: a\n    command: { run: x }\n", "3: 'command' must be a list like [sleep, \"5\"] or a line for the shell, not a mapping")]
    [InlineData("tasks:\n  - agent: a\n    command:\n", "3: 'command' must be a list like [sleep, \"5\"] or a line for the shell, not nothing")]
    [InlineData("agents: [ { id: a, weight: heavy } ]", "1: 'weight' must be a number, not 'heavy'")]
    [InlineData("agents: [ { id: a, class: urgent } ]", "1: 'urgent' is no class; known are low, normal, high, critical")]
    [InlineData("pools: [ { name: p, strategy: fiffo } ]", "1: 'fiffo' is no strategy; did you mean 'fifo'?")]
    [InlineData("reservations: [ { agent: a, resources: { cpu: 1 }, from: later, for: 5m } ]", "1: 'from' must be '+10m' (from when it is applied) or a time like 2030-01-31T08:00:00Z, not 'later'")]
    // unknown keys
    [InlineData("taks: []", "1: unknown key 'taks' in a fleet file; did you mean 'tasks'?")]
    [InlineData(Task + "\n      prority: 5 }", "3: unknown key 'prority' in this task; did you mean 'priority'?")]
    [InlineData(Task + "timeout: 5s }", "2: unknown key 'timeout' in this task; did you mean 'time_limit'?")]
    [InlineData(Task + "depends_on: [] }", "2: unknown key 'depends_on' in this task; did you mean 'after'?")]
    [InlineData(Task + "resources: { cpus: 1 } }", "2: unknown resource 'cpus'; did you mean 'cpu'? A custom resource of that name goes under 'custom:'")]
    [InlineData(Task + "resources: { mem: 1 } }", "2: unknown resource 'mem'; did you mean 'memory'? A custom resource of that name goes under 'custom:'")]
    [InlineData(Task + "resources: { custom: { cpu: 1 } } }", "2: 'cpu' is a built-in resource; move it out of 'custom:'")]
    [InlineData("nodes: [ { name: n, zzzzzzz: 1 } ]", "1: unknown key 'zzzzzzz' in this node; known are name, pool, capacity, labels, simulated, class, cost_per_hour, idle_watts, busy_watts, numa_nodes, speed, declared")]
    // placement
    [InlineData(Task + "placement: 5 }", "2: 'placement' must be a mapping like { require: { zone: a } }, not '5'")]
    [InlineData(Task + "placement: { requires: { zone: a } } }", "2: unknown key 'requires' in 'placement'; did you mean 'require'?")]
    [InlineData("tasks:\n  - name: t\n    agent: a\n    handler: noop\n    placement:\n      near: [db]\n", "6: near: 'db' names no tasks; write name:NAME, agent:ID or label:KEY=VALUE, then @LABEL for a zone rather than the node, ! for must, *WEIGHT")]
    [InlineData(Task + "placement: { prefer: [ssd] } }", "2: prefer: 'ssd' is no preference; write LABEL=VALUE, or LABEL=VALUE*WEIGHT")]
    [InlineData(Task + "placement: { max_cost: dear } }", "2: 'max_cost' must be a number, not 'dear'")]
    [InlineData("nodes: [ { name: n, numa_nodes: many } ]", "1: 'numa_nodes' must be a whole number from 0 to 1024, not 'many'")]
    [InlineData("nodes:\n  - name: n\n    cost_per_hour: -3\n", "3: 'cost_per_hour' is -3; write 0 or more")]
    // absent
    [InlineData("tasks: [ { handler: noop } ]", "1: this task has no 'agent'; add agent: NAME, who the task belongs to")]
    [InlineData("tasks: [ { agent: a, name: t } ]", "1: task 't' has nothing to run; add command: [PROGRAM, ARGUMENT] or handler: noop")]
    [InlineData("tasks: [ { agent: a, name: t, command: [] } ]", "1: 'command' must be a list like [sleep, \"5\"] or a line for the shell, not a list")]
    [InlineData("tasks: [ { agent: a, name: t, command: x, handler: noop } ]", "1: task 't' has both a command and a handler; remove one of them")]
    // how it is carried out
    [InlineData("tasks:\n  - { name: t, agent: a, http: { method: GET } }", "2: task 't' calls no url; add url: https://HOST/PATH")]
    [InlineData("tasks:\n  - name: t\n    agent: a\n    http: { url: 'ftp://h/' }\n", "2: task 't' has the url 'ftp://h/'; write http:// or https:// with a host and a path")]
    [InlineData("tasks:\n  - name: t\n    agent: a\n    http:\n      url: http://h/\n      retry: 3\n", "6: unknown key 'retry' in 'http'; known are method, url, headers, body, expect, redirects")]
    [InlineData("tasks:\n  - name: t\n    agent: a\n    manual: { instructions: look }\n    command: x\n", "2: task 't' has both a command and manual; remove one of them")]
    [InlineData("tasks:\n  - name: t\n    agent: a\n    command: [x]\n    executor: container\n", "5: executor is container, but what the task says is for process; write container: { image: NAME:TAG }")]
    [InlineData(Task + "executor: podman }", "2: 'podman' is no executor; known are process, handler, http, container, scope, manual")]
    [InlineData("tasks:\n  - name: t\n    agent: a\n    command: [x]\n    container: { image: x, mounts: [here] }\n", "2: task 't' has the mount 'here'; write SOURCE:TARGET or SOURCE:TARGET:ro with absolute paths without ':' and ','")]
    [InlineData("agents: [ { id: '' } ]", "1: 'id' is empty; write id: NAME")]
    // duplicates
    [InlineData("pools:\n  - name: p\n  - name: p\n", "3: pool 'p' is declared twice, first in line 2; rename or remove one of them")]
    [InlineData("agents:\n  - id: a\n  - id: a\n", "3: agent 'a' is declared twice, first in line 2; rename or remove one of them")]
    [InlineData("nodes:\n  - name: n\n  - name: n\n", "3: node 'n' is declared twice, first in line 2; rename or remove one of them")]
    [InlineData(Task + "}\n  - { name: t, agent: a, handler: noop }", "3: task 't' is declared twice, first in line 2; rename or remove one of them")]
    [InlineData("agents: []\ntasks: []\nagents: []\n", "3: 'agents' is here twice, first in line 1; remove one of them")]
    [InlineData("tasks:\n  - agent: a\n    agent: b\n    handler: noop\n", "3: 'agent' is here twice, first in line 2; remove one of them")]
    [InlineData(Task + "resources: { lic: 1, custom: { lic: 1 } } }", "2: the resource 'lic' is here twice; remove one of them")]
    // dependencies
    [InlineData(Task + "after: [t] }", "2: tasks wait for each other: t -> t; remove one of these from 'after'")]
    [InlineData(Task + "after: [nosuch] }", "2: task 't' waits for 'nosuch', which is not in this file; write the name of a task of this file, or the id of one that exists, like default/7")]
    [InlineData(Task + "after: [prepar] }\n  - { name: prepare, agent: a, handler: noop }", "2: task 't' waits for 'prepar', which is not in this file; did you mean 'prepare'?")]
    [InlineData(Task + "after: [lab/7] }", "2: task 't' of pool 'default' waits for lab/7 of another pool; a task waits within its pool")]
    [InlineData(Task + "after: [u] }\n  - { name: u, agent: a, handler: noop, pool: lab }", "2: task 't' of pool 'default' waits for 'u' of pool 'lab'; put both into one pool")]
    // quantities
    [InlineData(Task + "resources: { cpu: -1 } }", "2: cpu '-1' is negative; write zero or more, like 500m or 2")]
    [InlineData(Task + "resources: { memory: lots } }", "2: 'lots' is not a quantity for memory; write it like 64Mi or 2Gi")]
    [InlineData(Task + "resources: { memory: 9999999Ti } }", "2: memory '9999999Ti' is larger than 2147483647Mi, the most one request or node may name")]
    [InlineData(Task + "resources: { cpu: 99999999999999999999999999999999999999999 } }", "2: '9999999999999999999999999999999999999...' is not a quantity for cpu; write it like 500m or 2")]
    [InlineData(Task + "count: 0 }", "2: 'count' must be a whole number from 1 to 1000000, not '0'")]
    [InlineData(Task + "count: 99999999999999999999 }", "2: 'count' must be a whole number from 1 to 1000000, not '99999999999999999999'")]
    [InlineData(Task + "priority: 1001 }", "2: 'priority' must be a whole number from -1000 to 1000, not '1001'")]
    [InlineData(Task + "retries: -1 }", "2: 'retries' must be a whole number from 0 to 1000, not '-1'")]
    [InlineData(Task + "deadline: -5s }", "2: deadline: '-5s' is negative; write a duration like 500ms, 30s, 5m, 2h or 1d")]
    [InlineData(Task + "deadline: 0s }", "2: task 't' has a deadline that is over when it begins; write a duration over 0, like 60s")]
    [InlineData(Task + "deadline: 99999999d }", "2: deadline: '99999999d' is longer than 3650d, the most that may be named")]
    [InlineData(Task + "deadline: 5s, duration: 10s }", "2: task 't' takes 10s by its own estimate, longer than its deadline of 5s; lower duration or raise deadline")]
    [InlineData(Task + "output_limit: -1 }", "2: output_limit: the size '-1' is negative; write it like 64Ki or 2Gi")]
    [InlineData("agents: [ { id: a, weight: 0 } ]", "1: agent 'a' has weight 0; write a number over 0 and up to 1000000")]
    [InlineData("agents: [ { id: a, weight: -3 } ]", "1: agent 'a' has weight -3; write a number over 0 and up to 1000000")]
    [InlineData("agents: [ { id: a, weight: .nan } ]", "1: 'weight' must be a number, not '.nan'")]
    [InlineData("agents: [ { id: a, guarantee: { cpu: 2 }, limit: { cpu: 1 } } ]", "1: agent 'a' is guaranteed cpu=2 but limited to 1; raise the limit or lower the guarantee")]
    // names and texts
    [InlineData("agents: [ { id: 'a b' } ]", "1: 'a b' is no agent id; write 1 to 63 letters, digits, '.', '_' or '-', beginning with a letter or digit")]
    [InlineData("agents: [ { id: a, group: x//y } ]", "1: 'x//y' is no group; write names with '/' between them, at most 8, like research/energy")]
    [InlineData("agents: [ { id: \"\\e[31mred\" } ]", "1: '\\u001b[31mred' is no agent id; write 1 to 63 letters, digits, '.', '_' or '-', beginning with a letter or digit")]
    [InlineData(Task + "workdir: here }", "2: task 't' has the relative workdir 'here'; write an absolute path: it may run on any node")]
    [InlineData(Task + "env: { 'A=B': c } }", "2: task 't' has the variable name 'A=B'; write one without '=', like LANG")]
    [InlineData("tasks: [ { agent: a, name: t, command: [x, \"a\\0b\"] } ]", "1: 'command' holds a NUL character, which no program can be given; remove it")]
    // what nothing could hold
    [InlineData("agents: [ { id: a, limit: { cpu: 1 } } ]\n" + Task + "resources: { cpu: 2 } }", "3: task 't' asks for cpu=2, over the limit 1 of its agent 'a'; lower the request or raise the limit")]
    [InlineData("nodes: [ { name: n1, pool: lab, capacity: { cpu: 4 } }, { name: n2, pool: lab, capacity: { cpu: 8 } } ]\n" + Task + "pool: lab, resources: { cpu: 9 } }",
        "3: task 't' asks for cpu=9, but the largest node of pool 'lab', n2, has cpu=8; lower the request or add a larger node")]
    [InlineData("nodes: [ { name: n1, pool: lab, capacity: { cpu: 4, gpu: 1 } }, { name: n2, pool: lab, capacity: { cpu: 8 } } ]\n" + Task + "pool: lab, resources: { cpu: 8, gpu: 1 } }",
        "3: task 't' asks for cpu=8,gpu=1, and no single node of pool 'lab' has all of it; lower the request or add a larger node")]
    [InlineData("nodes: [ { name: n1, simulated: true } ]", "1: simulated node 'n1' has no capacity; add capacity: { cpu: 8, memory: 16Gi }")]
    [InlineData("reservations: [ { agent: a, resources: { cpu: 1 } } ]", "1: the reservation has no length; add for: 5m")]
    [InlineData("reservations: [ { agent: a, resources: { cpu: 1 }, for: 5m, every: 1m } ]", "1: the reservation recurs every 1m but lasts 5m; write every: 5m or more")]
    [InlineData("reservations: [ { agent: a, resources: { cpu: 1 }, for: 5m, count: 3 } ]", "1: the reservation does not say how often it recurs; add every: 24h, or remove count and until")]
    [InlineData("reservations: [ { agent: a, for: 5m } ]", "1: the reservation names no resources; add resources: { cpu: 1 }")]
    // YAML that is none, or more than a fleet needs
    [InlineData("tasks:\n  - name: &x t\n    agent: a\n", "2: sets the anchor '&x'; fleet files have none: write the value out where it is needed")]
    [InlineData("tasks:\n  - *x\n", "2: uses the alias '*x'; fleet files have none: write the value out, or use 'count'")]
    [InlineData("tasks: !!python/object:os.system [ x ]", "1: uses the tag 'tag:yaml.org,2002:python/object:os.system'; fleet files have none: remove it")]
    [InlineData("tasks: []\n---\ntasks: []\n", "2: holds a second document ('---'); a fleet file is one document")]
    [InlineData("? [a]\n: b\n", "1: has a list or a mapping as a key; a key is a word")]
    [InlineData("", "1: is empty; a fleet file has at least 'tasks:' or 'agents:'")]
    [InlineData(" \n\n", "1: is empty; a fleet file has at least 'tasks:' or 'agents:'")]
    [InlineData("# nothing but a comment\n", "1: is empty; a fleet file has at least 'tasks:' or 'agents:'")]
    public void One_mistake_one_line(string text, string expected)
    {
        var result = FleetFile.Parse(text, "fleet.yaml");
        Assert.False(result.IsValid);
        Assert.Equal(["fleet.yaml:" + expected], result.Problems.Select(p => p.ToString()));
    }

    [Theory]
    [InlineData("tasks:\n  - agent: a\n   bad: x\n", 3)]
    [InlineData("tasks: [\n", 2)]
    [InlineData("tasks:\n  - \"unclosed\n\n", 2)]
    [InlineData("a: b: c\n", 1)]
    [InlineData("\n@at: 1\n", 2)]
    public void Text_that_is_no_yaml_is_told_with_its_line(string text, int line)
    {
        var problem = Assert.Single(FleetFile.Parse(text, "fleet.yaml").Problems);
        Assert.StartsWith($"fleet.yaml:{line}: is not YAML", problem.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\n  \"tasks\": [\n", "fleet.json:3: is not JSON: ")]
    [InlineData("{ \"tasks\": [], }", "fleet.json:1: is not JSON: ")]
    [InlineData("{\n \"tasks\": [],\n \"tasks\": [] }", "fleet.json:3: 'tasks' is here twice, first in line 2; remove one of them")]
    [InlineData("{} {}", "fleet.json:1: is not JSON: ")]
    [InlineData("{\n\"tasks\": [\n{ \"agent\": true, \"handler\": \"noop\", \"cont\": 3 } ] }", "fleet.json:3: unknown key 'cont' in this task; did you mean 'count'?")]
    [InlineData("tasks: []", "fleet.json:1: is not JSON: ")]
    [InlineData("{\"tasks\":[{\"agent\":\"\\ud800\"}]}", "fleet.json:1: is not JSON: ")]
    public void Json_is_told_with_its_line(string text, string start)
    {
        var problem = Assert.Single(FleetFile.Parse(text, "fleet.json").Problems);
        Assert.StartsWith(start, problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_cycle_is_named()
    {
        var result = FleetFile.Parse("""
            tasks:
              - { name: start, agent: x, handler: noop, after: [a] }
              - { name: a, agent: x, handler: noop, after: [b] }
              - { name: b, agent: x, handler: noop, after: [c] }
              - { name: c, agent: x, handler: noop, after: [a] }
            """, "f.yaml");
        Assert.Equal("f.yaml:3: tasks wait for each other: a -> b -> c -> a; remove one of these from 'after'", Assert.Single(result.Problems).ToString());
    }

    [Fact]
    public void All_problems_are_told_at_once_by_line_and_capped()
    {
        var tasks = string.Concat(Enumerable.Range(0, 30).Select(i => $"  - {{ name: t{i}, agent: a, handler: noop, count: -1 }}\n"));
        var result = FleetFile.Parse($"tasks:\n{tasks}agents: [ {{ id: a, wieght: 1 }} ]\n", "f.yaml");
        Assert.Equal(FleetFile.MaxProblems, result.Problems.Count);
        Assert.Equal(11, result.MoreProblems);
        Assert.Equal(Enumerable.Range(2, 20), result.Problems.Select(p => p.Line));
        Assert.EndsWith("f.yaml: and 11 more", Assert.Throws<Model.GranaryException>(result.OrThrow).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nodes_that_may_be_joined_by_larger_ones_do_not_forbid_a_request()
    {
        // This machine joins the default pool by itself, and a node without a capacity tells it when it joins.
        Assert.True(FleetFile.Parse("nodes: [ { name: n, capacity: { cpu: 1 } } ]\n" + Task + "resources: { cpu: 2 } }", "f.yaml").IsValid);
        Assert.True(FleetFile.Parse("nodes: [ { name: n, pool: lab, capacity: { cpu: 1 } }, { name: m, pool: lab } ]\n" + Task + "pool: lab, resources: { cpu: 2 } }", "f.yaml").IsValid);
    }

    [Fact]
    public void More_than_a_million_tasks_are_refused_where_they_begin()
    {
        var result = FleetFile.Parse("tasks:\n  - { agent: a, handler: noop, count: 1000000 }\n  - { agent: a, handler: noop }\n  - { agent: a, handler: noop }\n", "f.yaml");
        Assert.Equal("f.yaml:3: with this task the fleet has more than 1000000 tasks, counting members; split it into several fleets", Assert.Single(result.Problems).ToString());
    }

    [Fact]
    public void A_fleet_built_in_code_obeys_the_same_rules()
    {
        var fleet = new FleetSpec
        {
            Agents = [new() { Id = "", Weight = double.NaN, Guarantee = new() { CpuMilli = -1 } }],
            Tasks = [new() { Spec = new() { Agent = "a", Command = ["x"], Priority = 5000 }, Count = 0, Pool = "a/b" }],
        };
        Assert.Equal(6, FleetRules.Check(fleet).Count);
        Assert.All(FleetRules.Check(fleet), p => Assert.Equal((0, ""), (p.Line, p.File)));
    }
}
