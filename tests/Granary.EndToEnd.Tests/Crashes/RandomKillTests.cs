using System.Diagnostics;
using System.Globalization;
using Granary.EndToEnd.Tests.Support;
using Granary.Model;

namespace Granary.EndToEnd.Tests.Crashes;

/// <summary>kill -9 of server, agents and tasks at random while tasks flow: what the fault simulation checks, with real processes.</summary>
public sealed class RandomKillTests(ITestOutputHelper output)
{
    /// <summary>Short here; GRANARY_CHAOS_SECONDS for a soak of minutes, GRANARY_CHAOS_SEED for another order of kills.</summary>
    private static readonly int Seconds = Setting("GRANARY_CHAOS_SECONDS", 15);

    private static readonly int Seed = Setting("GRANARY_CHAOS_SEED", 1);

    [Fact]
    public async Task NothingIsLost_NothingRunsTwice_AndEverythingEnds()
    {
        await using var server = await TestServer.StartAsync("--no-node");
        var witness = new Witness(server);
        await using var client = await server.ConnectAsync();
        NodeProcess[] nodes = [await server.JoinAsync("n0"), await server.JoinAsync("n1")];
        using var stop = new CancellationTokenSource();
        var submitting = SubmitAsync(client, witness, stop.Token);
        var random = new Random(Seed);
        var (servers, agents, tasks) = (0, 0, 0);
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < TimeSpan.FromSeconds(Seconds))
        {
            // what is killed next waits for some progress since the last: a cluster that never gets anywhere proves nothing
            var ends = witness.Ends;
            await witness.UntilAsync(log => log.Count(t => t.What == "end") >= ends + 1 + random.Next(8), "the tasks stand still");
            switch (random.Next(4))
            {
                case 0:
                    servers++;
                    await server.KillAsync();
                    await server.UpAsync();
                    break;
                case 1:
                    agents++;
                    var node = nodes[random.Next(nodes.Length)];
                    await node.KillAsync();
                    await node.StartAsync();
                    break;
                default:
                    var started = witness.Read().Where(t => t.What == "start").ToArray();
                    var victim = started[^(1 + random.Next(Math.Min(8, started.Length)))].ProcessId;
                    if (!ProcessTable.IsAlive(victim)) break;
                    tasks++;
                    ProcessTable.Signal(victim, ProcessTable.Kill);
                    break;
            }
        }
        await stop.CancelAsync();
        var acknowledged = await submitting;
        output.WriteLine($"seed {Seed}: {acknowledged.Count} tasks in {Seconds} s, {servers} kills of the server, {agents} of agents, {tasks} of tasks");
        var ended = await client.WaitAsync(acknowledged, TimeSpan.FromSeconds(120));
        Assert.All(ended, t => Assert.Equal((t.Id, TaskState.Succeeded), (t.Id, t.State)));
        Assert.All(ended, t => Assert.NotEmpty(witness.Starts(t.Id)));
        witness.AssertNoneRanTwiceAtOnce();
        Assert.True(servers + agents + tasks > 0);
    }

    private static async Task<List<TaskId>> SubmitAsync(Client.GranaryClient client, Witness witness, CancellationToken stop)
    {
        List<TaskId> acknowledged = [];
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(150));
        while (!stop.IsCancellationRequested)
        {
            // a task that is killed is tried again
            acknowledged.Add(await client.SubmitAsync(witness.Spec(0.2) with { Retries = 20, RetryBackoff = TimeSpan.FromMilliseconds(50) }));
            await pause.WaitForNextTickAsync(CancellationToken.None);
        }
        return acknowledged;
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var n) ? n : otherwise;
}
