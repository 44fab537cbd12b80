package de.stellwerk.hub.api;

import de.stellwerk.hub.ledger.LedgerBusy;
import de.stellwerk.hub.ledger.LedgerFailure;
import de.stellwerk.hub.signal.Halt;
import jakarta.servlet.http.HttpServletRequest;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.UUID;
import org.apache.coyote.BadRequestException;
import org.apache.tomcat.util.http.fileupload.FileUploadException;
import org.apache.tomcat.util.http.fileupload.InvalidFileNameException;
import org.apache.tomcat.util.http.fileupload.MultipartStream;
import org.apache.tomcat.util.http.fileupload.impl.FileCountLimitExceededException;
import org.apache.tomcat.util.http.fileupload.impl.InvalidContentTypeException;
import org.apache.tomcat.util.http.fileupload.impl.SizeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** Turns what is thrown in a request into an answer: a problem with a code, never a stack trace. */
@RestControllerAdvice
final class Failures {

    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    /** The same for what is thrown before a request reaches the framework. */
    ResponseEntity<ApiProblem> of(Exception e, HttpServletRequest request) {
        if (e instanceof Refusal refusal) {
            return refused(refusal);
        }
        if (e instanceof LedgerBusy busy) {
            return busy(busy, request);
        }
        if (e instanceof LedgerFailure failure) {
            return databaseFailed(failure, request);
        }
        if (e instanceof InvalidContentTypeException) {
            return refused(HttpStatus.UNSUPPORTED_MEDIA_TYPE);
        }
        if (e instanceof SizeException || e instanceof FileCountLimitExceededException) {
            return tooLarge();
        }
        if (e instanceof FileUploadException || e instanceof InvalidFileNameException) {
            return notMultipart(e);
        }
        return e instanceof IOException disk ? diskFailed(disk) : unexpected(e);
    }

    @ExceptionHandler
    ResponseEntity<ApiProblem> refused(Refusal refusal) {
        var problem = refusal.problem();
        return problem.status() == 503 ? later(problem.code(), problem.detail(), 5) : answer(problem);
    }

    @ExceptionHandler({SizeException.class, FileCountLimitExceededException.class})
    ResponseEntity<ApiProblem> tooLarge() {
        return answer(ApiProblem.of(
                413,
                "Content too large",
                "size.request",
                "The request is larger than this hub takes. Nothing was taken. Send smaller parts."));
    }

    @ExceptionHandler({FileUploadException.class, InvalidFileNameException.class})
    ResponseEntity<ApiProblem> notMultipart(Exception e) {
        // Large parts lie in a file while they come: that is the hub's disk, not the sender's fault.
        if (NestedExceptionUtils.getMostSpecificCause(e) instanceof IOException disk && !brokeOff(disk)) {
            return diskFailed(disk);
        }
        return answer(ApiProblem.of(
                400,
                "Bad request",
                "request.multipart",
                "The request is no complete multipart/form-data. Nothing was taken. Send it again."));
    }

    @ExceptionHandler
    ResponseEntity<ApiProblem> busy(LedgerBusy e, HttpServletRequest request) {
        return later(Halt.busy(), request);
    }

    @ExceptionHandler
    ResponseEntity<ApiProblem> databaseFailed(LedgerFailure e, HttpServletRequest request) {
        LOG.error("the database failed: {}", e.getMessage());
        LOG.debug("how the database failed", e);
        return later(Halt.database(), request);
    }

    @ExceptionHandler
    ResponseEntity<ApiProblem> diskFailed(IOException e) {
        if (brokeOff(e)) {
            return answer(
                    ApiProblem.of(
                            400,
                            "Bad request",
                            "request.broken",
                            "The request broke off or stood still before all of it was there. Nothing was taken. Send it again."));
        }
        LOG.error("content could not be stored or read: {}", e.getClass().getName());
        return later(
                "hub.storage",
                "The hub could not store the content. Nothing was taken. Send it again with the same Idempotency-Key.",
                5);
    }

    /** Whether it is the sender's line that failed, and not a disk. */
    private static boolean brokeOff(IOException e) {
        var cause = NestedExceptionUtils.getMostSpecificCause(e);
        return cause instanceof BadRequestException
                || cause instanceof SocketTimeoutException
                || cause instanceof EOFException
                || cause instanceof FileUploadException
                || cause instanceof MultipartStream.MalformedStreamException;
    }

    @ExceptionHandler
    ResponseEntity<ApiProblem> unexpected(Exception e) {
        // Errors of the web layer itself keep their status.
        if (e instanceof ErrorResponse known) {
            return refused(known.getStatusCode());
        }
        var cause = UUID.randomUUID();
        LOG.error("unexpected failure {}", cause, e);
        return answer(ApiProblem.of(
                500,
                "Internal error",
                "hub.internal",
                "This should not have happened. Nothing was confirmed. Tell the operator this mark: " + cause));
    }

    private static ResponseEntity<ApiProblem> refused(HttpStatusCode status) {
        var known = HttpStatus.resolve(status.value());
        return answer(ApiProblem.of(
                status.value(),
                "Request refused",
                "request.refused",
                "The request does not fit this address: " + (known == null ? status : known.getReasonPhrase()) + "."));
    }

    private static ResponseEntity<ApiProblem> later(Halt halt, HttpServletRequest request) {
        var language = request.getHeader(HttpHeaders.ACCEPT_LANGUAGE);
        return later(halt.code(), halt.text(language == null ? "" : language), halt.retryAfter());
    }

    private static ResponseEntity<ApiProblem> later(String code, String detail, int seconds) {
        return ResponseEntity.status(503)
                .header(HttpHeaders.RETRY_AFTER, String.valueOf(seconds))
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(ApiProblem.of(503, "Not now", code, detail));
    }

    static ResponseEntity<ApiProblem> answer(ApiProblem problem) {
        return ResponseEntity.status(HttpStatusCode.valueOf(problem.status()))
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(problem);
    }
}
