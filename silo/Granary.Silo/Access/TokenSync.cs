using Granary.Abstractions;
using Granary.Access.Attempts;
using Granary.Access.Tokens;
using Granary.Parallelism.Batching;
using Microsoft.Extensions.Hosting;
using Orleans;

namespace Granary.Silo.Access;

/// <summary>
/// Keeps this server's copy of the tokens: asks several times a second, so that what was made, rotated or revoked at another server of the cluster counts here
/// within a second, and at once when somebody shows a secret that is not in the copy.
/// </summary>
internal sealed class TokenSync(IGrainFactory grains, TokenBook book, AccessGate gate, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan ReportPeriod = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(5);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // who comes in before the first answer makes the question be asked; an answer to one that was under way may be from before a token was made
        book.RefreshBy(new JoinedRuns(TryAskAsync).RunAsync);
        await TryAskAsync();
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var rounds = new PeriodicTimer(Period, clock);
        var reported = clock.GetTimestamp();
        try
        {
            while (await rounds.WaitForNextTickAsync(stoppingToken))
            {
                await TryAskAsync();
                if (clock.GetElapsedTime(reported) < ReportPeriod) continue;
                reported = clock.GetTimestamp();
                gate.Report();
            }
        }
        catch (OperationCanceledException)
        {
            // the server stops
        }
    }

    /// <summary>A registry that does not answer leaves the copy as it is: who could come in before still can.</summary>
    private async Task TryAskAsync()
    {
        try
        {
            await AskAsync();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // asked again in a moment
        }
    }

    private async Task AskAsync() =>
        book.Take(await grains.GetGrain<ITokensGrain>(ITokensGrain.Key).Sync(new TokenUses(book.Version, book.TakeUses())).WaitAsync(AnswerWithin, clock));
}
