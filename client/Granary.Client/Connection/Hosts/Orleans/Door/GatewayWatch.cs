using System.Collections.Concurrent;
using Orleans.Messaging;

namespace Granary.Client;

/// <summary>
/// Which of a cluster's gateways a client uses: those that answer. Orleans' own client uses a gateway until its connection breaks, and a server that hangs, or whose machine
/// has gone without a word, leaves its connections open. So each gateway is asked for a sign of life over a connection of its own, and one that owes it for too long while others
/// give it is taken from the list; Orleans then closes what leads there, and calls that were under way are told, to be made again.
/// </summary>
internal sealed class GatewayWatch : IGatewayListProvider, IAsyncDisposable
{
    /// <summary>How often a gateway is asked, and the list read.</summary>
    public static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(1);

    /// <summary>How long it may owe the answer: <see cref="Waits"/> waits of this, so that a pause of this process alone is not held against it.</summary>
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(1);
    private const int Waits = 3;

    /// <summary>Orleans reads the list, then takes from its own what is not in it any more: only then may calls be made again.</summary>
    private static readonly TimeSpan ListTakenAfter = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// The pools of a server that hangs come to life elsewhere once the other servers have given it up too, and what is sent to them before that waits there. So for a while
    /// after a gateway was given up, what is under way is ended now and then, and made again.
    /// </summary>
    private static readonly TimeSpan AgainEvery = TimeSpan.FromSeconds(3);
    private const int Agains = 7;

    private readonly IReadOnlyList<Gateway> _gateways;
    private readonly ServerTrust? _trust;
    private readonly GatewayKnock _knock;
    private readonly ConcurrentDictionary<Gateway, bool> _silent = new();
    private readonly ConcurrentDictionary<Gateway, bool> _answered = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task _watching = Task.CompletedTask;
    private CancellationTokenSource _gaveUp = new();
    private IReadOnlyList<Gateway> _listed;

    public GatewayWatch(IReadOnlyList<Gateway> gateways, ServerTrust? trust, GatewayKnock knock)
    {
        (_gateways, _trust, _knock) = (gateways, trust, knock);
        _listed = gateways;
    }

    public TimeSpan MaxStaleness => 5 * AskEvery;

    public bool IsUpdatable => true;

    /// <summary>Cancelled when a gateway has been given up: what went there, or through another to the same server, gets no answer any more.</summary>
    public CancellationToken GaveUp => Volatile.Read(ref _gaveUp).Token;

    public Task InitializeGatewayListProvider()
    {
        // known before the first call is made: one that hangs already is not used at all
        var first = _gateways.Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).ToArray();
        _watching = Task.WhenAll(_gateways.Select((g, i) => Task.Run(() => WatchAsync(g, first[i]))));
        return Task.WhenAll(first.Select(f => f.Task));
    }

    public Task<IList<Uri>> GetGateways()
    {
        var answering = _gateways.Where(g => !_silent.ContainsKey(g)).ToArray();
        // where none answers it may be this machine's network: nothing would be won by having none
        IReadOnlyList<Gateway> list = answering.Length > 0 ? answering : _gateways;
        var before = Interlocked.Exchange(ref _listed, list);
        if (before.Except(list).Any(_answered.ContainsKey)) _ = TellAsync();
        return Task.FromResult<IList<Uri>>([.. list.Select(g => g.ToUri())]);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync(); // not disposed: services are asked twice where they are registered twice
        await _watching;
    }

    private async Task TellAsync()
    {
        for (var i = 0; i <= Agains && !_stopping.IsCancellationRequested; i++)
        {
            await Task.Delay(i == 0 ? ListTakenAfter : AgainEvery);
            await Interlocked.Exchange(ref _gaveUp, new CancellationTokenSource()).CancelAsync();
            if (_silent.IsEmpty) return;
        }
    }

    private async Task WatchAsync(Gateway gateway, TaskCompletionSource first)
    {
        try
        {
            while (true)
            {
                try
                {
                    await ListenAsync(gateway, first);
                }
                catch (UnauthorizedAccessException)
                {
                    return; // it is there, and the calls hear the same; to ask again would be one more attempt with a wrong token
                }
                catch (Exception e) when (e is not OutOfMemoryException && !_stopping.IsCancellationRequested)
                {
                    // one that was lost a moment ago is tried at once; only then is it gone
                    _silent[gateway] = true;
                    first.TrySetResult();
                }
                await Task.Delay(AskEvery, _stopping.Token);
            }
        }
        catch (Exception) when (_stopping.IsCancellationRequested)
        {
            // the client ends
        }
        finally
        {
            first.TrySetResult();
        }
    }

    /// <summary>Returns when a connection that had answered is lost.</summary>
    private async Task ListenAsync(Gateway gateway, TaskCompletionSource first)
    {
        while (true)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            patience.CancelAfter(Waits * Wait);
            await using var echo = await GatewayEcho.OpenAsync(gateway, _trust, _knock, patience.Token);
            patience.CancelAfter(Timeout.InfiniteTimeSpan);
            _answered[gateway] = true;
            _silent.TryRemove(gateway, out _);
            first.TrySetResult();
            try
            {
                while (true)
                {
                    await AskAsync(echo);
                    await Task.Delay(AskEvery, _stopping.Token);
                }
            }
            catch (IOException)
            {
                // closed: another try tells whether the server is gone
            }
        }
    }

    /// <exception cref="TimeoutException">No answer came.</exception>
    private async Task AskAsync(GatewayEcho echo)
    {
        await echo.CallAsync(_stopping.Token).AsTask().WaitAsync(Waits * Wait);
        var heard = echo.HearAsync(_stopping.Token);
        for (var i = 1; ; i++)
        {
            try
            {
                await heard.WaitAsync(Wait);
                return;
            }
            catch (TimeoutException) when (i < Waits)
            {
                // a wait that was over as this process woke up says nothing: so another
            }
        }
    }
}
