// Calls a protected API with a token of Claviger (Go 1.19 or newer). Paste TokenSource and Call
// into your program.
//
// As a program: go run claviger_token.go URL... calls each in turn and prints what it answers.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

var client = &http.Client{Timeout: 10 * time.Second}

// TokenSource has one token for all goroutines, kept until shortly before it expires.
type TokenSource struct {
	Server, APIKey, Identifier, Secret string
	RenewBefore                        time.Duration

	mutex     sync.Mutex
	token     string
	goodUntil time.Time
}

// Get returns the token, a new one if need be.
func (s *TokenSource) Get() (string, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.token == "" || !time.Now().Before(s.goodUntil) {
		if err := s.issue(); err != nil {
			return "", err
		}
	}
	return s.token, nil
}

// Forget is for a token that was refused: the next Get issues another, unless somebody else
// already did.
func (s *TokenSource) Forget(token string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.token == token {
		s.token = ""
	}
}

func (s *TokenSource) issue() error {
	asked := time.Now()
	body, err := json.Marshal(map[string]string{"identifier": s.Identifier, "secret": s.Secret})
	if err != nil {
		return err
	}
	url := strings.TrimRight(s.Server, "/") + "/token"
	request, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("x-api-key", s.APIKey)
	request.Header.Set("Content-Type", "application/json")
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("no token: %s", answer.Status)
	}
	var issued struct {
		Token     string `json:"token"`
		ExpiresIn int64  `json:"expires_in"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&issued); err != nil {
		return err
	}
	s.token = issued.Token
	s.goodUntil = asked.Add(time.Duration(issued.ExpiresIn)*time.Second - s.RenewBefore)
	return nil
}

// Call sends a request. A token that was revoked is refused with 401: then once more with a new
// one, if the request has no body or can give it again (GetBody).
func Call(tokens *TokenSource, request *http.Request) (*http.Response, error) {
	for attempt := 1; ; attempt++ {
		token, err := tokens.Get()
		if err != nil {
			return nil, err
		}
		again := request.Clone(request.Context())
		if request.GetBody != nil {
			if again.Body, err = request.GetBody(); err != nil {
				return nil, err
			}
		}
		again.Header.Set("Authorization", "Bearer "+token)
		answer, err := client.Do(again)
		mayRepeat := request.Body == nil || request.GetBody != nil
		if err != nil || answer.StatusCode != http.StatusUnauthorized || attempt == 2 || !mayRepeat {
			return answer, err
		}
		answer.Body.Close()
		tokens.Forget(token)
	}
}

func show(tokens *TokenSource, url string) error {
	request, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	answer, err := Call(tokens, request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("%s: %s", url, answer.Status)
	}
	text, err := io.ReadAll(answer.Body)
	fmt.Println(string(text))
	return err
}

func main() {
	seconds, err := strconv.Atoi(os.Getenv("CLAVIGER_RENEW_BEFORE"))
	if err != nil {
		seconds = 30
	}
	tokens := &TokenSource{
		Server:      os.Getenv("CLAVIGER_URL"),
		APIKey:      os.Getenv("CLAVIGER_API_KEY"),
		Identifier:  os.Getenv("CLAVIGER_IDENTIFIER"),
		Secret:      os.Getenv("CLAVIGER_SECRET"),
		RenewBefore: time.Duration(seconds) * time.Second,
	}
	for _, url := range os.Args[1:] {
		if err := show(tokens, url); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}
