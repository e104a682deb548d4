using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling;
using Granary.Scheduling.Cohorts;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Runtime;

namespace Granary.Grains.Cohorts;

/// <summary>
/// Asks the pools of one cohort where they stand, lets the planner decide, and has the pools carry it out. It keeps nothing that matters:
/// every round begins with what the pools hold durably, so it may die at any moment.
/// </summary>
public sealed partial class CohortGrain(
    IGrainFactory grains,
    TimeProvider clock,
    IOptions<GrainOptions> options,
    CohortOptions cohortOptions,
    ILogger<CohortGrain> log) : Grain, ICohortGrain
{
    /// <summary>Agents' use is asked for once in so many rounds, and the directory as often.</summary>
    private const int SlowRounds = 4;

    private readonly CohortPlanner _planner = new(cohortOptions);
    private readonly SortedSet<string> _pools = new(StringComparer.Ordinal);
    private string _cohort = "";
    private long _round;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _cohort = this.GetPrimaryKeyString();
        if (!Names.IsValid(_cohort)) throw GranaryException.Invalid($"'{_cohort}' is no cohort name; use {Names.Rule}");
        var period = options.Value.CohortRound;
        this.RegisterGrainTimer(RoundAsync, new GrainTimerCreationOptions(TimeSpan.FromMilliseconds(1), period) { KeepAlive = true, Interleave = true });
        return Task.CompletedTask;
    }

    public Task Wake(string pool)
    {
        _pools.Add(pool);
        return Task.CompletedTask;
    }

    private async Task RoundAsync(CancellationToken cancellationToken)
    {
        try
        {
            var slow = _round++ % SlowRounds == 0;
            if (slow)
                foreach (var (pool, cohort) in await grains.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key).Cohorts())
                    if (cohort == _cohort) _pools.Add(pool);
            var standings = await AskAsync(slow);
            Forget(standings);
            var plan = _planner.Plan(_cohort, standings, Clock.ToMicros(clock.GetUtcNow()));
            await Task.WhenAll(plan.Select(p => CarryAsync(p.Key, p.Value)));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogRoundFailed(log, _cohort, e.Message); // the next round begins anew
        }
    }

    /// <summary>Where its pools stand, and those with which they have loans.</summary>
    private async Task<List<CohortStanding>> AskAsync(bool withAgents)
    {
        var standings = new List<CohortStanding>();
        var asked = new HashSet<string>(StringComparer.Ordinal);
        for (var next = _pools.ToArray(); next.Length > 0;)
        {
            asked.UnionWith(next);
            var answers = (await Task.WhenAll(next.Select(p => StandingAsync(p, withAgents)))).OfType<CohortStanding>().ToArray();
            standings.AddRange(answers);
            next = [.. answers.SelectMany(Partners).Distinct().Where(p => !asked.Contains(p)).Order(StringComparer.Ordinal)];
        }
        return standings;
    }

    /// <summary>Pools with which a member has loans that this cohort arranged.</summary>
    private IEnumerable<string> Partners(CohortStanding standing) => standing.Given.Where(g => g.Loan.Cohort == _cohort).Select(g => g.Loan.Borrower)
        .Concat(standing.Taken.Where(t => t.Loan.Cohort == _cohort).Select(t => t.Loan.Lender));

    private async Task<CohortStanding?> StandingAsync(string pool, bool withAgents)
    {
        try
        {
            return await grains.GetGrain<IPoolGrain>(pool).Standing(withAgents);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogNotAsked(log, _cohort, pool, e.Message); // nothing is decided about a pool that does not answer
            return null;
        }
    }

    /// <summary>Loans granted go to their borrowers at once; should that fail, the next round offers them again.</summary>
    private async Task CarryAsync(string pool, CohortOrders orders)
    {
        try
        {
            var granted = await grains.GetGrain<IPoolGrain>(pool).Carry(orders);
            await Task.WhenAll(granted.GroupBy(l => l.Borrower)
                .Select(loans => grains.GetGrain<IPoolGrain>(loans.Key).Carry(new CohortOrders { Take = [.. loans] })));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogNotCarried(log, _cohort, pool, e.Message);
        }
    }

    /// <summary>A pool that has left and settled its loans is asked no more.</summary>
    private void Forget(List<CohortStanding> standings)
    {
        foreach (var standing in standings)
            if (standing.Cohort != _cohort && !Partners(standing).Any()) _pools.Remove(standing.Pool);
    }

    [LoggerMessage(1, LogLevel.Warning, "cohort {Cohort}: a round failed, the next begins anew: {Error}")]
    private static partial void LogRoundFailed(ILogger logger, string cohort, string error);

    [LoggerMessage(2, LogLevel.Debug, "cohort {Cohort}: pool {Pool} did not say where it stands: {Error}")]
    private static partial void LogNotAsked(ILogger logger, string cohort, string pool, string error);

    [LoggerMessage(3, LogLevel.Debug, "cohort {Cohort}: pool {Pool} did not carry out its orders, the next round decides again: {Error}")]
    private static partial void LogNotCarried(ILogger logger, string cohort, string pool, string error);
}
