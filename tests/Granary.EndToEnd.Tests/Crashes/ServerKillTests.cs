using Granary.Abstractions;
using Granary.Client;
using Granary.EndToEnd.Tests.Support;
using Granary.Model;

namespace Granary.EndToEnd.Tests.Crashes;

/// <summary>kill -9 of the server: what was acknowledged is there after a restart, and nothing runs twice at once.</summary>
public sealed class ServerKillTests
{
    private const int Failing = 3;

    [Fact]
    public async Task LosesNoAcknowledgedTask_AndRunsNoneTwice_WhenKilledThreeTimesUnderLoad()
    {
        await using var server = await TestServer.StartAsync();
        var witness = new Witness(server);
        await using var client = await server.ConnectAsync();
        using var stop = new CancellationTokenSource();
        var submitting = SubmitUntilAsync(client, witness, stop.Token);
        for (var kill = 1; kill <= 3; kill++)
        {
            var ends = witness.Ends;
            await witness.UntilAsync(log => log.Count(t => t.What == "end") >= ends + 15, "the tasks stand still");
            await server.KillAsync();
            await server.UpAsync();
        }
        await stop.CancelAsync();
        var acknowledged = await submitting;

        var tasks = await client.WaitAsync(acknowledged.Keys.ToList(), TimeSpan.FromSeconds(90));
        foreach (var task in tasks)
        {
            var code = acknowledged[task.Id];
            Assert.Equal((task.Id, code == 0 ? TaskState.Succeeded : TaskState.Failed, (int?)code), (task.Id, task.State, task.Exit?.Code));
            Assert.NotEmpty(witness.Starts(task.Id));
        }
        witness.AssertNoneRanTwiceAtOnce();
        // an operation id makes a repeated submission the same one: there is nothing but what was acknowledged
        var all = new List<TaskView>();
        await foreach (var task in client.ListAsync()) all.Add(task);
        Assert.Equal(acknowledged.Keys.Order(), all.Select(t => t.Id).Order());
    }

    [Fact]
    public async Task FindsSurvivorsAgain_KnowsTheirExitCodes_AndGoesOnWithTheQueue()
    {
        await using var server = await TestServer.StartAsync();
        var witness = new Witness(server);
        var client = await server.ClientAsync();
        var submitted = await client.SubmitManyAsync(
        [
            new SubmitItem(witness.Spec(0, exitCode: 0, gated: true), 3),
            new SubmitItem(witness.Spec(0, exitCode: Failing, gated: true), 2),
            new SubmitItem(witness.Spec(0), AfterItems: [0]),
        ]);
        await witness.UntilStartedAsync(5);
        var before = await client.GetAsync(submitted.Ids.Take(5).ToList());
        await server.KillAsync();

        // two kinds of survivor: those that end while nobody is there, and those that run on into the new server
        var processes = witness.Read().Select(t => t.ProcessId).ToList();
        Assert.All(processes, pid => Assert.True(ProcessTable.IsAlive(pid), $"process {pid} died with the server"));
        witness.OpenGate();
        await witness.UntilAsync(log => log.Count(t => t.What == "end") == 5, "the survivors did not end");
        await server.UpAsync();

        var after = await client.WaitAsync(submitted.Ids, TimeSpan.FromSeconds(60));
        Assert.Equal([0, 0, 0, Failing, Failing, 0], after.Select(t => t.Exit!.Code!.Value));
        Assert.All(after, t => Assert.Equal(1, t.Attempt));
        Assert.Equal(before.Select(t => t.Token), after.Take(5).Select(t => t.Token));
        Assert.Equal(6, witness.Read().Count(t => t.What == "start"));
        witness.AssertNoneRanTwiceAtOnce();
    }

    [Fact]
    public async Task KeepsRunningTasksRunning_AcrossARestart_AndStopsThemOnRequest()
    {
        await using var server = await TestServer.StartAsync();
        var witness = new Witness(server);
        var client = await server.ClientAsync();
        var submitted = await client.SubmitManyAsync([new SubmitItem(witness.Spec(0, gated: true), 4)]);
        await witness.UntilStartedAsync(4);
        await server.KillAsync();
        await server.UpAsync();
        Assert.All(await client.GetAsync(submitted.Ids.ToList()), t => Assert.False(t.State.IsFinal()));

        Assert.True(await client.CancelAsync(submitted.Ids[0]));
        Assert.Equal(TaskState.Cancelled, (await client.WaitAsync(submitted.Ids[0], Until.Patience)).State);
        witness.OpenGate();
        var rest = await client.WaitAsync(submitted.Ids.Skip(1).ToList(), Until.Patience);
        Assert.All(rest, t => Assert.Equal((TaskState.Succeeded, 1), (t.State, t.Attempt)));
        witness.AssertNoneRanTwiceAtOnce();
    }

    /// <summary>Batches of four, every eighth task failing; what each acknowledged id will exit with.</summary>
    private static async Task<Dictionary<TaskId, int>> SubmitUntilAsync(GranaryClient client, Witness witness, CancellationToken stop)
    {
        var acknowledged = new Dictionary<TaskId, int>();
        for (var round = 0; !stop.IsCancellationRequested && round < 60; round++)
        {
            var submitted = await client.SubmitManyAsync(
            [
                new SubmitItem(witness.Spec(0.2).Asking(100), 3),
                new SubmitItem(witness.Spec(0.1, round % 2 == 0 ? 0 : Failing).Asking(100)),
            ]);
            for (var i = 0; i < 4; i++) acknowledged[submitted.Ids[i]] = i == 3 && round % 2 != 0 ? Failing : 0;
            // at most a few batches ahead of the tasks, so that there is load at each kill
            while (!stop.IsCancellationRequested && acknowledged.Count - witness.Ends > 24)
                await client.WaitAsync(submitted.Ids[0], TimeSpan.FromSeconds(60), CancellationToken.None);
        }
        return acknowledged;
    }
}
