namespace Granary.Optimization.Online;

/// <summary>How far a gradient moves the point.</summary>
public abstract record StepRule
{
    private StepRule()
    {
    }

    /// <summary>Steps that shrink as 1/sqrt(t): regret of order sqrt(T) from the start, for loads whose best shares stay. <paramref name="Gradient"/> is the largest that is expected.</summary>
    public sealed record Shrinking(double Gradient) : StepRule;

    /// <summary>Steps that stay: regret of order sqrt(T) needs the right size, but a change is followed at any time.</summary>
    public sealed record Constant(double Size) : StepRule;

    internal void Validate()
    {
        if (this is Shrinking shrinking) Require.Positive(shrinking.Gradient, "the largest gradient of the step rule");
        if (this is Constant constant) Require.Positive(constant.Size, "the size of the step");
    }
}
