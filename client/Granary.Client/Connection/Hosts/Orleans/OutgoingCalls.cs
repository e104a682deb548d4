using Granary.Model;
using Orleans;
using Orleans.Runtime;
using Orleans.Runtime.Messaging;
using ErrorCode = Granary.Model.ErrorCode;

namespace Granary.Client;

/// <summary>
/// What this client does about each of its calls. The server holds each against what the token may do, and Orleans does not tell it by which connection a call came: so the token goes
/// with the call. A call that went to a gateway that does not answer any more is ended, for its caller to make it again.
/// </summary>
internal sealed class OutgoingCalls(string? token, GatewayKnock knock, GatewayWatch? watch) : IOutgoingGrainCallFilter
{
    private readonly TaskCompletionSource _refusal = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Fails when the server refuses a call.</summary>
    public Task Refusal => _refusal.Task;

    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        if (token is not null) RequestContext.Set(GranaryCluster.TokenKey, token);
        var gaveUp = watch?.GaveUp ?? CancellationToken.None;
        try
        {
            await context.Invoke().WaitAsync(gaveUp);
        }
        catch (OperationCanceledException) when (gaveUp.IsCancellationRequested)
        {
            throw new ConnectionFailedException("a gateway stopped answering, and the call may have gone there; others are used now");
        }
        catch (GranaryException e) when (e.Code == ErrorCode.Refused)
        {
            if (_refusal.TrySetException(e)) _ = _refusal.Task.Exception; // observed: nobody may be connecting
            throw;
        }
        catch (Exception e) when (knock.Refusal is { } refusal && GatewayConnection.IsBreak(e))
        {
            throw refusal; // connecting again would end the same way
        }
    }
}
