using Granary.Forecasting.Neural;

namespace Granary.Forecasting.Tests.Neural;

public sealed class LstmGradientTests
{
    [Theory]
    [InlineData(1, 1, 0)]
    [InlineData(1, 7, 1)]
    [InlineData(2, 5, 2)]
    [InlineData(3, 12, 1)]
    public void The_gradient_is_that_of_finite_differences(int layers, int steps, int anchors)
    {
        var shape = new LstmShape(3, 8, layers, 4, anchors);
        var network = LstmNetwork<double>.Create(shape, 5);
        var random = new Random(7);
        for (var n = shape.Head; n < shape.Count; n++) network.Weights[n] = random.NextDouble() - 0.5;
        var (inputs, known) = (Draw(random, steps * (shape.Inputs + (anchors * 4))), Draw(random, steps * 4));
        var gradient = new double[shape.Count];
        Loss(network, steps, inputs, known, gradient);
        for (var n = 0; n < shape.Count; n += 1 + random.Next(5))
        {
            const double Small = 1e-5;
            var weight = network.Weights[n];
            network.Weights[n] = weight + Small;
            var above = Loss(network, steps, inputs, known, null);
            network.Weights[n] = weight - Small;
            var below = Loss(network, steps, inputs, known, null);
            network.Weights[n] = weight;
            Assert.Equal((above - below) / (2 * Small), gradient[n], 1e-7);
        }
    }

    [Fact]
    public void A_gradient_that_is_not_finite_changes_nothing_and_a_long_one_is_clipped()
    {
        var weights = new float[19];
        Assert.False(new Adam(19, 0.1, 1).Step(weights, [.. Enumerable.Repeat(float.NaN, 19)]));
        Assert.All(weights, w => Assert.Equal(0, w));
        Assert.True(new Adam(19, 0.1, 1).Step(weights, [.. Enumerable.Repeat(1e9f, 19)]));
        // the first step of Adam is the rate, whatever the gradient's length
        Assert.All(weights, w => Assert.Equal(-0.1f, w, 1e-4f));
    }

    private static double Loss(LstmNetwork<double> network, int steps, double[] inputs, double[] known, double[]? gradient)
    {
        var tape = new LstmTape<double>(network.Shape, steps);
        var state = new LstmState<double>(network.Shape);
        // something is remembered from before: it must take part
        for (var layer = 0; layer < network.Shape.Layers; layer++)
        {
            state.Cell(layer).Fill(0.3);
            state.OutputOf(layer).Fill(-0.2);
        }
        tape.Start(state);
        var (at, sum) = (0, 0.0);
        for (var t = 0; t < steps; t++)
        {
            foreach (ref var x in tape.Input(t)) x = inputs[at++];
            foreach (ref var x in tape.Anchors(t)) x = inputs[at++];
            tape.Forward(network);
            for (var k = 0; k < 4; k++)
            {
                var error = tape.Result(t)[k] - known[(4 * t) + k];
                sum += error * error / 2;
                tape.Result(t)[k] = error;
            }
        }
        if (gradient is not null) tape.Backward(network, gradient);
        return sum;
    }

    private static double[] Draw(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (2 * random.NextDouble()) - 1)];
}
