using Granary.Abstractions;
using Granary.Grains.Nodes;

namespace Granary.Grains.Tests;

public sealed class CommandQueueTests
{
    [Fact]
    public void Commands_are_sent_again_until_the_agent_has_taken_charge()
    {
        var queue = new CommandQueue();
        queue.Add(Commands(1, 2, 3));
        var first = queue.Read();
        Assert.Equal([1, 2, 3], Ids(first));
        Assert.Equal([1, 2, 3], Ids(queue.Read()));
        queue.Acknowledge(first.Last - 1);
        Assert.Equal([3], Ids(queue.Read()));
        queue.Add(Commands(4));
        queue.Acknowledge(first.Last);
        Assert.Equal([4], Ids(queue.Read()));
    }

    [Fact]
    public void An_old_or_repeated_acknowledgement_forgets_nothing_more()
    {
        var queue = new CommandQueue();
        queue.Add(Commands(1));
        var one = queue.Read().Last;
        queue.Acknowledge(one);
        queue.Add(Commands(2));
        queue.Acknowledge(one);
        queue.Acknowledge(0);
        Assert.Equal([2], Ids(queue.Read()));
    }

    [Fact]
    public void A_new_session_starts_empty_and_its_numbers_go_on()
    {
        var queue = new CommandQueue();
        queue.Add(Commands(1, 2));
        var before = queue.Read().Last;
        queue.Restart();
        Assert.True(queue.IsEmpty);
        queue.Add(Commands(3));
        queue.Acknowledge(before); // a late acknowledgement of the earlier session
        Assert.Equal([3], Ids(queue.Read()));
    }

    [Fact]
    public void Arrival_completes_on_the_first_command_and_on_closing()
    {
        var queue = new CommandQueue();
        var arrival = queue.Arrival;
        Assert.False(arrival.IsCompleted);
        queue.Add(Commands(1));
        Assert.True(arrival.IsCompleted);
        Assert.True(queue.Arrival.IsCompleted);
        queue.Acknowledge(queue.Read().Last);
        var second = queue.Arrival;
        queue.Close();
        Assert.True(second.IsCompleted);
    }

    private static NodeCommand[] Commands(params long[] ids) => [.. ids.Select(i => new NodeCommand { RequestId = i })];

    private static IEnumerable<long> Ids(NodeCommands commands) => commands.Commands.Select(c => c.RequestId);

    [Theory]
    [InlineData(1000)]
    [InlineData(3000)] // its clock was ahead, and has been set right since
    public void A_late_poll_of_an_earlier_activation_acknowledges_nothing(long first)
    {
        var earlier = new CommandQueue(first);
        earlier.Add(Commands(1, 2));
        var last = earlier.Read().Last;
        var queue = new CommandQueue(2000);
        queue.Add(Commands(3));
        queue.Acknowledge(last);
        Assert.Equal([3], Ids(queue.Read()));
    }
}
