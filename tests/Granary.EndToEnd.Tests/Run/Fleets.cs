namespace Granary.EndToEnd.Tests.Run;

/// <summary>Fleet files of the tests of <c>run</c>.</summary>
internal static class Fleets
{
    /// <summary>Two agents of one group, a dependency, an array, a deadline.</summary>
    public const string Small = """
        agents:
          - { id: hashers, weight: 2, group: science, guarantee: { cpu: 100m } }
          - { id: sorters, weight: 1, group: science, class: high }
        tasks:
          - name: prepare
            agent: hashers
            command: [sh, -c, "echo prepared"]
            resources: { cpu: 50m, memory: 32Mi }
          - name: hash
            agent: hashers
            command: [sha256sum, /etc/passwd]
            resources: { cpu: 50m }
            count: 6
            after: [prepare]
          - name: sort
            agent: sorters
            command: [sort, /etc/passwd]
            resources: { cpu: 50m }
            deadline: 60s
            duration: 1s
            count: 3
        """;

    /// <summary>One that succeeds, one that fails, one whose failure is expected.</summary>
    public const string Failing = """
        agents:
          - { id: builders }
        tasks:
          - { name: good, agent: builders, command: [sh, -c, "exit 0"], resources: { cpu: 50m } }
          - { name: broken, agent: builders, command: [sh, -c, "echo the reason >&2; exit 3"], resources: { cpu: 50m } }
          - { name: expected, agent: builders, command: [sh, -c, "exit 4"], resources: { cpu: 50m }, may_fail: true }
        """;

    /// <summary>Twenty tasks that end when <paramref name="gate"/> exists.</summary>
    public static string Gated(string gate) => $$"""
        agents:
          - { id: waiters }
        tasks:
          - name: gated
            agent: waiters
            command: [sh, -c, "while [ ! -e {{gate}} ]; do sleep 0.05; done; echo through"]
            resources: { cpu: 50m }
            count: 20
        """;
}
