using Granary.Abstractions;
using Granary.EndToEnd.Tests.Support;
using Granary.Model;

namespace Granary.EndToEnd.Tests.Crashes;

/// <summary>Everything dies at once: server, shim and tasks.</summary>
public sealed class PowerCutTests
{
    [Fact]
    public async Task EveryAcknowledgedTaskComesToItsEnd_ThoughTheMachineFailsThreeTimes()
    {
        await using var server = await TestServer.StartAsync();
        var witness = new Witness(server);
        var client = await server.ClientAsync();
        var submitted = await client.SubmitManyAsync(
        [
            new SubmitItem(witness.Spec(0.1).Asking(100), 60),
            new SubmitItem(witness.Spec(0.1, exitCode: 4).Asking(100), 4, AfterItems: [0]),
        ]);
        for (var cut = 1; cut <= 3; cut++)
        {
            var ends = witness.Ends;
            // on a machine that is busy elsewhere all may have come to their ends before the next cut
            await witness.UntilAsync(log => log.Where(t => t.What == "end").ToList() is var told && (told.Count >= ends + 8 || told.DistinctBy(t => t.Task).Count() == 64), "the tasks stand still");
            await server.KillEverythingAsync();
            await server.UpAsync();
        }
        var tasks = await client.WaitAsync(submitted.Ids, TimeSpan.FromSeconds(90));
        Assert.All(tasks.Take(60), t => Assert.Equal((TaskState.Succeeded, (int?)0), (t.State, t.Exit?.Code)));
        Assert.All(tasks.Skip(60), t => Assert.Equal((TaskState.Failed, (int?)4), (t.State, t.Exit?.Code)));
        foreach (var task in tasks) Assert.Equal(task.Attempt, witness.Starts(task.Id).Max(t => t.Attempt));
        witness.AssertNoneRanTwiceAtOnce();
    }
}
