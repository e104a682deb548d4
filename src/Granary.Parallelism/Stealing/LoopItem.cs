namespace Granary.Parallelism.Stealing;

/// <summary>
/// A part of a loop. Lazy binary splitting (Tzannes, Caragea, Barua and Vishkin, "Lazy binary-splitting: a run-time adaptive work-stealing scheduler", 2010): whoever
/// runs it gives half of what is left away only when his deque is empty, so that there is something to steal; that is the only sign of load, and there is no
/// fixed grain. How many steps lie between two such looks adapts to their time: doubled while they take less than <see cref="WorkStealingOptions.Grain"/>,
/// halved when they take more than twice that.
/// </summary>
/// <param name="grain">Steps between two looks to begin with: what the part it was split from had found.</param>
internal sealed class LoopItem(ForkJoin join, Action<long, long> body, long from, long to, long grain) : WorkItem
{
    public override void Execute(Worker worker)
    {
        try
        {
            Run(worker);
        }
        catch (Exception e)
        {
            join.Fail(e);
        }
        finally
        {
            join.End();
        }
    }

    public override void Cancel() => join.Refuse();

    private void Run(Worker worker)
    {
        var (time, options) = (worker.Executor.Time, worker.Executor.Options);
        var (at, end, steps) = (from, to, grain);
        while (at < end && !join.Stops)
        {
            if (end - at > steps && worker.Forks.Count == 0)
            {
                var middle = at + ((end - at) / 2);
                join.Add();
                worker.Fork(new LoopItem(join, body, middle, end, steps));
                end = middle;
            }
            var next = at + Math.Min(steps, end - at);
            var began = time.GetTimestamp();
            body(at, next);
            var took = time.GetElapsedTime(began);
            worker.ShowLife();
            if (took < options.Grain && next - at == steps) steps = Math.Min(steps * 2, long.MaxValue / 4);
            else if (took > 2 * options.Grain) steps = Math.Max(1, steps / 2);
            at = next;
        }
    }
}
