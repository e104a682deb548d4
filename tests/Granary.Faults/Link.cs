using Granary.EmbeddedHost.Simulation;
using Granary.Model;
using Orleans;
using Orleans.Runtime;

namespace Granary.Faults;

/// <summary>The way of calls from one process to the server and of answers back; both may be slow, lost, or come twice.</summary>
internal sealed class Link(World world, string name)
{
    /// <summary>Nothing goes through.</summary>
    public bool Cut { get; set; }

    /// <summary>The server has taken a call of this link, delivered at this time, for a sign of life.</summary>
    public Action<DateTimeOffset>? Heard { get; init; }

    /// <param name="caller">Who waits for the answer.</param>
    /// <param name="call">Made as often as the message arrives.</param>
    /// <param name="isSign">The server takes it for a sign of life.</param>
    public async Task<T> CallAsync<T>(SimulationProcess caller, Func<IGrainFactory, Task<T>> call, bool isSign = true)
    {
        await Task.Delay(Latency(), caller.Time);
        if (Cut || world.Chance(world.Loss))
        {
            world.Figures.MessagesLost++;
            await BreakAsync(caller);
        }
        if (!world.Server.IsAlive) await BreakAsync(caller);
        var server = world.Server.Current;
        if (world.Chance(world.Repeats)) Repeat(call, isSign);
        var delivered = world.Now;
        var running = call(server.Grains);
        if (await Task.WhenAny(running, server.Died) != running) await BreakAsync(caller);
        T answer;
        try
        {
            answer = await running;
            if (isSign) Heard?.Invoke(delivered);
        }
        catch (GranaryException e)
        {
            if (isSign && e.Code != ErrorCode.Refused) Heard?.Invoke(delivered);
            throw;
        }
        if (Cut || world.Chance(world.Loss))
        {
            world.Figures.MessagesLost++;
            await BreakAsync(caller);
        }
        await Task.Delay(Latency(), caller.Time);
        return answer;
    }

    /// <summary>The same call arrives once more, some time later.</summary>
    private void Repeat<T>(Func<IGrainFactory, Task<T>> call, bool isSign)
    {
        world.Figures.MessagesRepeated++;
        world.After(world.Between(0, 6000), () =>
        {
            if (!world.Server.IsAlive || Cut) return;
            _ = SwallowAsync(call(world.Server.Current.Grains), world.Now, isSign);
        });
    }

    private async Task SwallowAsync<T>(Task<T> call, DateTimeOffset delivered, bool isSign)
    {
        try
        {
            await call;
            if (isSign) Heard?.Invoke(delivered);
        }
        catch (Exception e) when (e is GranaryException or OrleansException or TimeoutException)
        {
            // nobody waits for this answer
        }
    }

    private TimeSpan Latency() => world.Chance(0.01) ? world.Between(100, 2500) : world.Between(0, 5);

    private async Task BreakAsync(SimulationProcess caller)
    {
        await Task.Delay(world.Between(1, 300), caller.Time);
        throw new SiloUnavailableException($"the connection of {name} broke");
    }
}
