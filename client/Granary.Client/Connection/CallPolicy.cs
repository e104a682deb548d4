using System.Net.Sockets;
using Granary.Abstractions.Diagnostics;
using Granary.Model;
using Orleans.Runtime;

namespace Granary.Client;

/// <summary>
/// Calls a grain, and again while the connection is broken. Every call of this SDK may be repeated: reads change nothing, and changes
/// carry an operation id or set a value. What fails comes out as a <see cref="GranaryException"/> with its kind.
/// </summary>
internal sealed class CallPolicy(GranaryClientOptions options, string server)
{
    private static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(1);

    public TimeProvider Time => options.Time;

    /// <param name="call">Makes the call.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <param name="patient">For calls that have much to do: only the host's own timeout ends one.</param>
    public async Task<T> CallAsync<T>(Func<Task<T>> call, CancellationToken ct, bool patient = false)
    {
        var limit = patient ? Timeout.InfiniteTimeSpan : options.CallTimeout;
        long? broken = null; // counted from the first break: a call may have waited long before the connection broke
        var delay = options.RetryDelay;
        // as Orleans' own propagation names it, so that either host's server goes on with it
        if (GranaryDiagnostics.Current is { } trace) RequestContext.Set(TraceKey.Parent, trace);
        for (var refusals = 0; ;)
        {
            ct.ThrowIfCancellationRequested();
            try
            {
                return await call().WaitAsync(limit, Time, ct);
            }
            catch (GranaryException e) when (e is { Code: ErrorCode.Refused, RetryAfter: { } wait } && refusals < options.BusyRetries && wait <= options.BusyWait)
            {
                refusals++;
                // spread, so that all who were refused do not come back at once
                await Task.Delay(wait * (1 + Random.Shared.NextDouble() / 4), Time, ct);
                continue;
            }
            catch (Exception e) when (IsBreak(e))
            {
                broken ??= Time.GetTimestamp();
                if (Time.GetElapsedTime(broken.Value) + delay > options.RetryFor) throw Gone(e);
            }
            catch (Exception e) when (e is not (GranaryException or OperationCanceledException or ObjectDisposedException))
            {
                throw Failed(e);
            }
            await Task.Delay(delay, Time, ct);
            delay = delay * 2 < MaxDelay ? delay * 2 : MaxDelay;
        }
    }

    public Task CallAsync(Func<Task> call, CancellationToken ct) => CallAsync(
        async () =>
        {
            await call();
            return true;
        },
        ct);

    /// <summary>
    /// After a poll, begun at <paramref name="asked"/>, that brought nothing: waits a little when it came back at once, as from a server that is about
    /// to go. Otherwise it returns at once.
    /// </summary>
    public Task PauseAfterAsync(long asked, CancellationToken ct) =>
        Time.GetElapsedTime(asked) < options.RetryDelay ? Task.Delay(options.RetryDelay, Time, ct) : Task.CompletedTask;

    /// <summary>The outcome is unknown, or the request never arrived: asking again can help.</summary>
    public static bool IsBreak(Exception e) => e switch
    {
        GranaryException granary => granary.Code == ErrorCode.Unavailable,
        TimeoutException or SocketException or IOException => true,
        _ => GatewayConnection.IsBreak(e),
    };

    /// <summary>A failure that asking again does not cure, as an exception of this SDK.</summary>
    public static GranaryException Failed(Exception e) => e switch
    {
        GranaryException granary => granary,
        UnauthorizedAccessException => new GranaryException(Quoting.Clip(e.Message, 300), e) { Code = ErrorCode.Refused },
        WrappedException wrapped => new GranaryException($"the server failed: {wrapped.OriginalExceptionType}: {Quoting.Clip(e.Message, 300)}", e),
        _ => new GranaryException($"the call failed: {e.GetType().Name}: {Quoting.Clip(e.Message, 300)}", e) { Code = GatewayConnection.CodeOf(e) },
    };

    private GranaryException Gone(Exception cause) => cause as GranaryException ?? new GranaryException(
        $"the server at {server} stopped answering ({Quoting.Clip(cause.Message)}); see whether it runs with 'granary status'", cause)
    {
        Code = ErrorCode.Unavailable,
    };
}
