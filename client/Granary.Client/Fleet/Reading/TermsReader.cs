using Granary.Model;

namespace Granary.Client;

/// <summary>What a task asks for beyond resources, priority and deadline. Null when it names none of it.</summary>
internal static class TermsReader
{
    public static TaskTerms? Read(Fields fields)
    {
        var terms = new TaskTerms
        {
            Gang = fields.Bool("gang"),
            WholeCores = fields.Bool("whole_cores"),
            NeverPreempted = fields.Bool("never_preempted"),
            CheckpointEvery = fields.Duration("checkpoint_every"),
            Class = fields.Text("class"),
            Placement = PlacementReader.Terms(fields),
            Isolation = IsolationReader.Read(fields),
            Action = ActionReader.Read(fields),
        };
        return terms == new TaskTerms() ? null : terms;
    }
}
